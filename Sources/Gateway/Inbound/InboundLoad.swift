import Logging
import Mappings
import Synchronization

/// What all connections share: how many each address has, and the log of those that were refused.
final class InboundLoad: Sendable {
    let addresses: AddressConnections
    private let refusedConnections = Mutex(PacedCount())
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    init(_ limits: ConnectionLimits, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        addresses = AddressConnections(limit: limits.perAddress)
        self.logger = logger
        self.now = now
    }

    func setLimits(_ limits: ConnectionLimits) { addresses.setLimit(limits.perAddress) }

    /// Reports, once a minute at most, that an address has too many connections.
    func refusedConnection(of peer: String) {
        guard let count = refusedConnections.withLock({ $0.add(at: now()) }) else { return }
        logger.warning(
            "connections were refused since their address has too many; if it is a proxy, name it in 'trusted_proxies'",
            metadata: ["address": "\(peer)", "connections": "\(count)"])
    }
}
