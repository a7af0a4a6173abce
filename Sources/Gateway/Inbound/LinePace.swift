import Mappings
import Synchronization

/// Lets so many lines of a kind pass in a minute, so that a flood of requests is not a flood of log lines.
final class LinePace: Sendable {
    enum Verdict { case passes, isLast, isOver }

    private let most: Int
    private let kinds = Mutex<[String: (since: Timestamp, count: Int)]>([:])

    init(perMinute most: Int) { self.most = most }

    /// - Parameter kind: from a closed list, such as the names of sources; each is remembered.
    func count(_ kind: String, at time: Timestamp) -> Verdict {
        kinds.withLock { kinds in
            var (since, count) = kinds[kind] ?? (time, 0)
            if since.duration(to: time) >= .seconds(60) || time < since { (since, count) = (time, 0) }
            kinds[kind] = (since, count + 1)
            return count + 1 < most ? .passes : count + 1 == most ? .isLast : .isOver
        }
    }
}
