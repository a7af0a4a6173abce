import Foundation
import Synchronization

/// Places at which a test can have the process killed: `GATEWAY_KILL_AT=after-commit:3` sends it SIGKILL when it gets there for the third time.
///
/// In debug builds only; a release build does not have these.
enum FaultPoint: String {
    /// A message is written, its transaction not yet committed.
    case beforeCommit = "before-commit"
    /// It is committed, and the sender has no answer yet.
    case afterCommit = "after-commit"
    /// A tracker has answered, its answer is not yet stored.
    case afterSend = "after-send"
    /// A portion of old rows is deleted, the transaction not yet committed.
    case prune
    /// The last change of the schema is made, the transaction not yet committed.
    case migration
    /// Deliveries are made due again, the transaction not yet committed.
    case replay

    @inline(__always) func reached() {
        #if DEBUG
            if let aim = Self.aim, aim.point == self { Self.passed() }
        #endif
    }

    #if DEBUG
        private static let aim: (point: FaultPoint, time: Int)? = {
            let parts = ProcessInfo.processInfo.environment["GATEWAY_KILL_AT"]?.split(separator: ":") ?? []
            return parts.first.flatMap { FaultPoint(rawValue: String($0)) }.map { ($0, parts.count > 1 ? Int(parts[1]) ?? 1 : 1) }
        }()
        private static let times = Mutex(0)

        private static func passed() {
            let time = times.withLock { times in
                times += 1
                return times
            }
            if time == aim?.time { kill(getpid(), SIGKILL) }
        }
    #endif
}
