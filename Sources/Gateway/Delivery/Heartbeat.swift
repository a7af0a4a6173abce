import Rules
import Synchronization

/// Reports to others whether a loop still runs.
final class Heartbeat: Sendable {
    private struct State {
        var last: Uptime?
        var isStopped = false
    }
    private let state = Mutex(State())

    func beat(at time: Uptime) { state.withLock { $0.last = time } }
    /// Asks the loop to end.
    func stop() { state.withLock { $0.isStopped = true } }
    var isStopped: Bool { state.withLock { $0.isStopped } }

    /// False before the first beat, once stopped, and when the last beat is older than `age`.
    func isAlive(at time: Uptime, age: Duration) -> Bool {
        state.withLock { state in
            guard !state.isStopped, let last = state.last else { return false }
            return time - last <= age
        }
    }
}
