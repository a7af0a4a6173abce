import Mappings
import Rules
import Synchronization

/// Counts the open connections of each peer address, so that one cannot take them all.
///
/// The addresses of one subscriber count as one.
final class AddressConnections: Sendable {
    /// One address, while it has connections.
    final class Address: Sendable {
        fileprivate let key: IPAddress
        fileprivate let open = Atomic(0)
        /// Refused connections that still get their answer.
        fileprivate let refused = Atomic(0)
        /// Bytes of the bodies that are under way; `BodyBudget` counts them.
        let bodies = Atomic(0)

        fileprivate init(_ key: IPAddress) { self.key = key }
    }

    enum Verdict {
        case welcome
        /// One too many: it gets an answer.
        case refused
        /// Too many are being answered already: it gets none.
        case cut
    }

    /// Answers to refused connections of one address at a time.
    private static let answers = 16

    private let limit: Atomic<Int>
    private let addresses = Mutex<[IPAddress: Address]>([:])

    init(limit: Int) { self.limit = Atomic(limit) }

    /// Counts for connections that are opened from now on.
    func setLimit(_ limit: Int) { self.limit.store(limit, ordering: .relaxed) }

    /// - Returns: what a caller hands back to `leave` when the connection is closed.
    func enter(_ peer: IPAddress) -> (address: Address, verdict: Verdict) {
        let key = peer.subscriber
        return addresses.withLock { addresses in
            let address = addresses[key] ?? Address(key)
            addresses[key] = address
            let open = address.open.add(1, ordering: .relaxed).newValue
            let refused = address.refused.load(ordering: .relaxed)
            guard open - refused > limit.load(ordering: .relaxed) else { return (address, .welcome) }
            address.refused.add(1, ordering: .relaxed)
            return (address, refused < Self.answers ? .refused : .cut)
        }
    }

    func leave(_ address: Address, _ verdict: Verdict) {
        addresses.withLock { addresses in
            if verdict != .welcome { address.refused.subtract(1, ordering: .relaxed) }
            if address.open.subtract(1, ordering: .relaxed).newValue == 0 { addresses[address.key] = nil }
        }
    }
}
