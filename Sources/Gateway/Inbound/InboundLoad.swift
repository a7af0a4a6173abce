import Logging
import Mappings
import Synchronization

/// What all connections share: how many each address has, the memory for bodies, and the log of what was refused.
final class InboundLoad: Sendable {
    let addresses: AddressConnections
    let bodies: BodyBudget
    let connections = OpenConnections()
    private let refusedConnections = Mutex(PacedCount())
    private let refusedBodies = Mutex(PacedCount())
    private let logger: Logger
    private let now: @Sendable () -> Timestamp

    init(_ limits: ConnectionLimits, logger: Logger, now: @escaping @Sendable () -> Timestamp) {
        addresses = AddressConnections(limit: limits.perAddress)
        bodies = BodyBudget(limit: limits.bodies, largest: limits.body)
        self.logger = logger
        self.now = now
    }

    func setLimits(_ limits: ConnectionLimits) {
        addresses.setLimit(limits.perAddress)
        bodies.setLimit(limits.bodies, largest: limits.body)
    }

    /// Reports, once a minute at most, that a body found no room.
    func refusedBody(of peer: String) {
        guard let count = refusedBodies.withLock({ $0.add(at: now()) }) else { return }
        logger.warning(
            "requests were sent back since there is no room for their bodies; see 'limits.bodies'",
            metadata: ["address": "\(peer)", "requests": "\(count)"])
    }

    /// Reports, once a minute at most, that an address has too many connections.
    func refusedConnection(of peer: String) {
        guard let count = refusedConnections.withLock({ $0.add(at: now()) }) else { return }
        logger.warning(
            "connections were refused since their address has too many; if it is a proxy, name it in 'trusted_proxies'",
            metadata: ["address": "\(peer)", "connections": "\(count)"])
    }
}
