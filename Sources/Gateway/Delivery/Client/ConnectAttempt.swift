import Mappings
import NIOCore
import NIOPosix
import NIOSSL
import Rules

/// Opens one connection: asks for the host's addresses once, leaves out those that the policy refuses, and tries the others in turn.
///
/// The socket is given a checked address and never the name again, so no second answer of a name server can lead it elsewhere.
final class ConnectAttempt {
    private let pool: ConnectionPool
    private let exchange: Exchange
    private var addresses: ArraySlice<SocketAddress> = []
    private var failures: [ExchangeFailure] = []
    private var deadline: NIODeadline
    private var tls: NIOSSLContext?
    private var connection: TrackerConnection?
    private var isOver = false

    private var origin: Origin { pool.origin }

    init(for exchange: Exchange, in pool: ConnectionPool) {
        self.exchange = exchange
        self.pool = pool
        deadline = .now() + TimeAmount(TrackerClient.connectTimeout)
    }

    func begin() {
        guard origin.isTLS else { return resolve() }
        let context = NIOThreadPool.singleton.runIfActive(eventLoop: pool.loop) { [egress = pool.egress] in try egress.tlsContext() }
        context.assumeIsolated().whenComplete { result in
            if self.isOver { return }
            switch result {
            case .success(let context):
                self.tls = context
                self.resolve()
            case .failure(let error): self.fail(.tls("certificates cannot be loaded: \(ExchangeFailure.brief(error))"))
            }
        }
    }

    /// The exchange has ended meanwhile.
    func abandon() {
        isOver = true
        connection?.abandon()
    }

    private func resolve() {
        if let address = IPAddress(origin.host), let address = try? SocketAddress(ipAddress: "\(address)", port: origin.port),
            case .some(.v4) = AddressPolicy.Address(literal: origin.host)
        {
            return judge([address])
        }
        pool.resolver.addresses(of: origin.host) { addresses in if !self.isOver { self.judge(addresses) } }
    }

    private func judge(_ found: [SocketAddress]) {
        if found.isEmpty { return fail(.hostNotFound(origin.host)) }
        var refused: ExchangeFailure?
        var allowed: [SocketAddress] = []
        for var address in found {
            guard let judged = AddressPolicy.Address(address) else { continue }
            if let refusal = pool.egress.policy.refusal(of: judged) {
                refused = refused ?? .refusedAddress(host: origin.host, address: judged.shown, refusal)
            } else {
                address.port = origin.port
                allowed.append(address)
            }
        }
        if allowed.isEmpty { return fail(refused ?? .hostNotFound(origin.host)) }
        addresses = allowed[...]
        // Looking the name up takes none of the time for connecting; the exchange's own timeout bounds both.
        deadline = .now() + TimeAmount(TrackerClient.connectTimeout)
        next()
    }

    private func next() {
        guard let address = addresses.popFirst() else {
            let refused = failures.first { if case .refused = $0 { true } else { false } }
            return fail(refused ?? failures.first ?? .connectTimeout(TrackerClient.connectTimeout))
        }
        // An address that does not answer leaves time for the next.
        let left = min(deadline, exchange.deadline) - .now()
        guard left > .zero else { return fail(.connectTimeout(TrackerClient.connectTimeout)) }
        let share = TimeAmount.nanoseconds(left.nanoseconds / Int64(addresses.count + 1))
        let bound = NIOLoopBound(self, eventLoop: pool.loop)
        ClientBootstrap(group: pool.loop)
            .connectTimeout(share)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try bound.value.prepare(channel) } }
            .connect(to: address)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success(let channel): self.opened(channel, within: share)
                case .failure(let error): self.missed(ExchangeFailure(connecting: error, to: self.origin))
                }
            }
    }

    private func prepare(_ channel: any Channel) throws {
        let connection = TrackerConnection(in: pool, handshake: tls == nil ? nil : { self.shaken($0) })
        let pipeline = channel.pipeline.syncOperations
        if let tls {
            // An address is no name that could be asked for; the certificate must then name the address.
            let name = AddressPolicy.Address(literal: origin.host) == nil ? origin.host : nil
            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
        }
        try connection.addHandlers(to: pipeline)
        self.connection = connection
    }

    private func opened(_ channel: any Channel, within share: TimeAmount) {
        if isOver { return channel.close(promise: nil) }
        if tls == nil { return ready() }
        let connection = connection
        pool.loop.assumeIsolated().scheduleTask(in: share) { connection?.expireHandshake() }
    }

    /// - Parameter failure: Nil if the handshake is done.
    private func shaken(_ failure: ExchangeFailure?) {
        if isOver { return }
        if let failure { missed(failure) } else { ready() }
    }

    private func ready() {
        guard let connection else { return }
        isOver = true
        pool.connected(connection, for: exchange)
    }

    private func missed(_ failure: ExchangeFailure) {
        if isOver { return }
        failures.append(failure)
        connection?.abandon()
        connection = nil
        next()
    }

    private func fail(_ failure: ExchangeFailure) {
        isOver = true
        pool.couldNotConnect(exchange, failure)
    }
}
