import Mappings
import Rules
import Synchronization

/// Sets of deliveries that an operator has looked at. What he then sends is exactly this set, whatever has changed since: the page holds its
/// number, never the filter that led to it.
final class FrozenSets: Sendable {
    struct Frozen: Sendable {
        var title: String
        var requeues: [Requeue]
        var madeAt: Timestamp
        /// Where the page that led here is.
        var from: String
    }
    private let all = Mutex<[String: Frozen]>([:])

    static let lifetime = Duration.seconds(3600)
    private static let most = 200

    /// Returns the set's name.
    func freeze(_ set: Frozen) -> String {
        let name = String(SecretText.random().prefix(16))
        all.withLock { all in
            all = all.filter { $0.value.madeAt.duration(to: set.madeAt) < Self.lifetime }
            if all.count >= Self.most, let oldest = all.min(by: { $0.value.madeAt < $1.value.madeAt })?.key { all[oldest] = nil }
            all[name] = set
        }
        return name
    }

    /// Each set is taken once, so that a form that is sent twice does nothing twice.
    func take(_ name: String, at now: Timestamp) -> Frozen? {
        guard let set = all.withLock({ $0.removeValue(forKey: name) }) else { return nil }
        return set.madeAt.duration(to: now) < Self.lifetime ? set : nil
    }
}
