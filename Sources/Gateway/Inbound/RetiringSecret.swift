import Mappings
import Synchronization

/// Counts the requests that still come with the secret that a rotation is about to end, so that an operator knows when it is out of use.
final class RetiringSecret: Sendable {
    private struct State {
        var uses = 0
        var toldAt: Timestamp?
    }
    private let state = Mutex(State())
    private static let interval = Duration.seconds(60)

    /// Counts one use. The number of uses since the last time it was told, once a minute at most; nil where it is not to be told now.
    func used(at time: Timestamp) -> Int? {
        state.withLock { state in
            state.uses += 1
            if let toldAt = state.toldAt, toldAt <= time, toldAt.duration(to: time) < Self.interval { return nil }
            defer { state.uses = 0 }
            state.toldAt = time
            return state.uses
        }
    }
}
