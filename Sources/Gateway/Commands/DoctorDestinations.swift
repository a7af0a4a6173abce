import Foundation
import Mappings
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Rules

/// Whether each destination could be reached: its name, an allowed address, a connection, TLS. No request is sent.
struct DoctorDestinations {
    static let patience = Duration.seconds(5)
    /// How many days before a certificate's end the doctor begins to warn.
    static let certificateDays = 21

    private let configuration: Configuration

    init(_ configuration: Configuration) { self.configuration = configuration }

    func findings() async -> [DoctorFinding] {
        await withTaskGroup(of: (Int, DoctorFinding).self) { group in
            for (index, destination) in configuration.destinations.enumerated() {
                group.addTask { (2 * index, await Self.finding(destination)) }
                guard let token = destination.token else { continue }
                group.addTask { (2 * index + 1, await Self.finding(of: token, destination)) }
            }
            var found: [(Int, DoctorFinding)] = []
            for await finding in group { found.append(finding) }
            return found.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func finding(_ destination: DestinationConfiguration) async -> DoctorFinding {
        await finding("destination '\(destination.name)'", destination.address, destination)
    }

    /// No token is fetched: that would use up what some servers give once.
    private static func finding(of token: TokenRequest, _ destination: DestinationConfiguration) async -> DoctorFinding {
        var finding = await finding("token of '\(destination.name)'", token.url, destination)
        finding.sentence += "; no access token was fetched"
        return finding
    }

    private static func finding(_ check: String, _ url: String, _ destination: DestinationConfiguration) async -> DoctorFinding {
        guard let origin = Origin(of: url) else {
            return DoctorFinding(check, .problem, "its address is no http address; correct it")
        }
        do throws(ExchangeFailure) {
            let egress = destination.egress
            let address = try await address(of: origin, policy: egress.policy)
            let days = try await connect(to: address, origin, egress)
            let reached = "\(origin.shown) is reached at \(address.ipAddress ?? "an address")"
            guard let days else { return DoctorFinding(check, .ok, "\(reached), without TLS") }
            return judge(check, reached, days: days)
        } catch {
            return DoctorFinding(check, .problem, error.sentence)
        }
    }

    static func judge(_ check: String, _ reached: String, days: Int) -> DoctorFinding {
        let sentence = "\(reached), its certificate is good for \(days) days"
        return days < certificateDays
            ? DoctorFinding(check, .warning, "\(sentence); deliveries fail when it ends, so ask the tracker to renew it")
            : DoctorFinding(check, .ok, sentence)
    }

    /// The first address that a delivery might go to.
    private static func address(of origin: Origin, policy: AddressPolicy) async throws(ExchangeFailure) -> SocketAddress {
        let found: [SocketAddress]
        if let address = IPAddress(origin.host), let literal = try? SocketAddress(ipAddress: "\(address)", port: origin.port) {
            found = [literal]
        } else {
            let host = origin.host
            found = (try? await HostLookups.system.addresses(of: host, on: MultiThreadedEventLoopGroup.singleton.any()).get()) ?? []
        }
        var refused: ExchangeFailure?
        for var address in found {
            guard let judged = AddressPolicy.Address(address) else { continue }
            if let refusal = policy.refusal(of: judged) {
                refused = refused ?? .refusedAddress(host: origin.host, address: judged.shown, refusal)
            } else {
                address.port = origin.port
                return address
            }
        }
        throw refused ?? .hostNotFound(origin.host)
    }

    /// Returns the days that the certificate is good for yet; nil without TLS.
    static func connect(to address: SocketAddress, _ origin: Origin, _ egress: Egress) async throws(ExchangeFailure) -> Int? {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        do {
            let tls = origin.isTLS ? try await NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try egress.tlsContext() }.get() : nil
            let name = AddressPolicy.Address(literal: origin.host) == nil ? origin.host : nil
            let host = origin.host
            let agreed = loop.makePromise(of: Void.self)
            let channel: any Channel
            do {
                channel = try await ClientBootstrap(group: loop).connectTimeout(TimeAmount(patience)).channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard let tls else { return }
                        let client = try NIOSSLClientHandler(context: tls, serverHostname: name)
                        try channel.pipeline.syncOperations.addHandlers(client, HandshakeWatch(agreed, host: host))
                    }
                }.connect(to: address).get()
            } catch {
                agreed.succeed()
                throw error
            }
            defer { channel.close(promise: nil) }
            guard tls != nil else {
                agreed.succeed()
                return nil
            }
            let timer = loop.scheduleTask(in: TimeAmount(patience)) {
                agreed.fail(ExchangeFailure.tls("no answer within \(patience.text)"))
            }
            defer { timer.cancel() }
            do {
                try await agreed.futureResult.get()
            } catch let failure as ExchangeFailure {
                throw failure
            } catch {
                throw ExchangeFailure(handshake: error, host: origin.host, certificate: nil)
            }
            guard let certificate = try await channel.nioSSL_peerCertificate().get() else { return 0 }
            return (Int(certificate.notValidAfter) - Int(SystemClock.now().seconds)) / 86_400
        } catch let failure as ExchangeFailure {
            throw failure
        } catch {
            throw ExchangeFailure(connecting: error, to: origin)
        }
    }
}

/// Says when both sides agreed on TLS, or why not.
private final class HandshakeWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let agreed: EventLoopPromise<Void>
    private let host: String

    init(_ agreed: EventLoopPromise<Void>, host: String) {
        self.agreed = agreed
        self.host = host
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { agreed.succeed() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Which certificate was shown is known here only, and says why it was not believed.
        let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
        agreed.fail(ExchangeFailure(handshake: error, host: host, certificate: tls?.peerCertificate))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        agreed.fail(ExchangeFailure.tls("the connection was closed"))
        context.fireChannelInactive()
    }
}
