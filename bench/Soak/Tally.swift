import Synchronization

/// What was done to the gateway.
final class Tally: Sendable {
    private let counts = Mutex((kills: 0, starting: 0, databaseRestarts: 0))

    var kills: Int { counts.withLock { $0.kills } }
    var killsWhileStarting: Int { counts.withLock { $0.starting } }
    var databaseRestarts: Int { counts.withLock { $0.databaseRestarts } }

    func killed(starting: Bool = false) {
        counts.withLock {
            $0.kills += 1
            if starting { $0.starting += 1 }
        }
    }

    func restartedDatabase() { counts.withLock { $0.databaseRestarts += 1 } }
}
