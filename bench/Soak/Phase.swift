import Synchronization

/// How far a run has come; senders and killers check it between two steps.
final class Phase: Sendable {
    private let ended = Mutex(false)

    var isLoading: Bool { ended.withLock { !$0 } }
    func endLoad() { ended.withLock { $0 = true } }
}
