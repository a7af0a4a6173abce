import Rules

/// When to prune the next portion: mostly it rests, so that other work on the store hardly meets a portion.
struct PrunePace: Sendable {
    /// Between two looks for something to prune.
    var rest: Duration = .seconds(60)
    /// Pruning takes at most this part of the time.
    var share = 10
    var shortest: Duration = .milliseconds(10)

    func pause(after report: PruneReport, took: Duration) -> Duration {
        report.isDone ? rest : max(shortest, took * (share - 1))
    }

    func pause(after error: StoreError) -> Duration { rest }
}
