/// How many requests a destination may have in flight, narrowed while nothing there answers.
///
/// Any answer counts as life, a refusal too. After `threshold` tries in a row without one, only `probes` deliveries are under way at a time, and
/// each that fails keeps its place for `rest` longer; the first answer opens the full width again. What waits meanwhile has used up none of its tries.
struct Pace: Sendable, Equatable {
    var concurrency: Int
    var threshold = 10
    var probes = 8
    var rest: Duration = .milliseconds(250)
    private(set) var failures = 0

    init(concurrency: Int) { self.concurrency = max(1, concurrency) }

    var isNarrowed: Bool { failures >= threshold }
    var limit: Int { isNarrowed ? min(probes, concurrency) : concurrency }

    /// Takes note of how a try ended. Returns how long its place must stay empty.
    mutating func ended(answered: Bool) -> Duration? {
        guard !answered else {
            failures = 0
            return nil
        }
        failures += 1
        return isNarrowed ? rest : nil
    }
}
