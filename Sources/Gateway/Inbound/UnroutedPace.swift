import Mappings
import Rules
import Synchronization

/// How much is said and kept of requests that reach no tracker. It goes on when the configuration is read again.
final class UnroutedPace: Sendable {
    private struct State {
        var lines = PacedCount()
        var addresses = FailurePace(Rate(permits: 100, interval: .seconds(60)))
        /// Requests without any content that were kept, by method and path: a monitor or a scanner sends them again and again.
        var seen: Set<String> = []
        var seenSince: Timestamp?
    }

    /// Methods and paths that are remembered.
    private static let mostSeen = 256
    private static let forgetsAfter = Duration.seconds(3600)

    private let state = Mutex(State())

    /// Counts one.
    ///
    /// - Returns: how many there were since the last line in the log, once a minute at most; nil if no line is due.
    func line(at time: Timestamp) -> Int? { state.withLock { $0.lines.add(at: time) } }

    /// Whether a request is worth a row: it may be a sale, or nobody has seen its like within the hour.
    func keeps(_ request: WireRequest, from address: IPAddress?, at time: Timestamp, uptime: Uptime) -> Bool {
        state.withLock { state in
            if let address, state.addresses.fail(address, at: uptime) != nil { return false }
            if !request.body.isEmpty || !request.query.isEmpty { return true }
            let isFresh = state.seenSince.map { $0.duration(to: time) < Self.forgetsAfter && time >= $0 } ?? false
            if !isFresh {
                state.seen = []
                state.seenSince = time
            }
            guard state.seen.count < Self.mostSeen else { return false }
            return state.seen.insert("\(request.method) \(request.path.prefix(256))").inserted
        }
    }
}
