import Synchronization

/// Counts what is under way and refuses more than a fixed number at once.
final class InFlightLimit: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)

    init(_ limit: Int) { self.limit = limit }

    /// A caller that gets true must call `leave`.
    func enter() -> Bool {
        if count.add(1, ordering: .relaxed).newValue <= limit { return true }
        leave()
        return false
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}
