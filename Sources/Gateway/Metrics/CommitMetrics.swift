/// The store's commits since the start of the process.
final class CommitMetrics: Sendable {
    /// Writes that shared a commit.
    let size = Histogram(Histogram.sizes)
    /// From the beginning of a transaction until it was on the disk, in microseconds.
    let duration = Histogram(Histogram.latencies)

    func count(_ writes: Int, _ time: Duration) {
        size.observe(writes)
        duration.observe(Int(time / .microseconds(1)))
    }
}
