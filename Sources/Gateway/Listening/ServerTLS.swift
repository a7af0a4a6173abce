import NIOCore
import NIOSSL

/// The certificates that a listener serves with. Which one a sender is shown depends on the host name that it asks for (SNI, RFC 6066).
final class ServerTLS: Sendable {
    let certificates: [ServerCertificate]
    private let context: NIOSSLContext

    /// - Parameters:
    ///   - first: shown to those who ask for no name, or for one that none is for.
    ///   - others: shown to those who ask for a name of theirs.
    /// - Throws: what the library says if it cannot serve with them.
    init(_ first: ServerCertificate, _ others: [ServerCertificate]) throws {
        let certificates = [first] + others
        var configuration = TLSConfiguration.serving(first)
        if !others.isEmpty {
            configuration.sslContextCallback = { values, promise in
                var change = NIOSSLContextConfigurationOverride.noChanges
                if let host = values.serverHostname?.lowercased(), let fitting = certificates.first(where: { $0.isFor(host) }) {
                    change.certificateChain = fitting.chain.map { .certificate($0) }
                    change.privateKey = .privateKey(fitting.key)
                }
                promise.succeed(change)
            }
        }
        self.certificates = certificates
        context = try NIOSSLContext(configuration: configuration)
    }

    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}
