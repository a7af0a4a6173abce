import NIOCore
import NIOSSL

/// The certificates that a listener serves with. Which one a sender is shown depends on the host name that it asks for (SNI, RFC 6066).
final class ServerTLS: Sendable {
    private let context: NIOSSLContext

    /// - Parameter certificates: the first is shown to those who ask for no name, or for one that none is for.
    init?(_ certificates: [ServerCertificate]) {
        guard let first = certificates.first else { return nil }
        var configuration = TLSConfiguration.serving(first)
        if certificates.count > 1 {
            configuration.sslContextCallback = { values, promise in
                var change = NIOSSLContextConfigurationOverride.noChanges
                if let host = values.serverHostname?.lowercased(), let fitting = certificates.first(where: { $0.isFor(host) }) {
                    change.certificateChain = fitting.chain.map { .certificate($0) }
                    change.privateKey = .privateKey(fitting.key)
                }
                promise.succeed(change)
            }
        }
        guard let context = try? NIOSSLContext(configuration: configuration) else { return nil }
        self.context = context
    }

    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}
