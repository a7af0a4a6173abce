import NIOSSL
import Rules
import Synchronization

/// The way out to one destination: which addresses it may have and whose certificates it may show.
///
/// Connections are kept for each of these apart, so that none that one destination may use serves another.
final class Egress: Sendable {
    let policy: AddressPolicy
    /// Certificates as DER; nil trusts those that the machine trusts.
    private let trusted: [[UInt8]]?
    private let own = Mutex<NIOSSLContext?>(nil)

    init(allow: [IPNetwork] = [], trusting trusted: [[UInt8]]? = nil) {
        policy = AddressPolicy(allowed: allow)
        self.trusted = trusted
    }

    /// May take a while, since the machine's certificates are read once.
    func tlsContext() throws -> NIOSSLContext {
        guard let trusted else { return try Self.system.get() }
        return try own.withLock { own in
            if let own { return own }
            let certificates = try trusted.map { try NIOSSLCertificate(bytes: $0, format: .der) }
            let context = try NIOSSLContext(configuration: Self.configuration(trusting: .certificates(certificates)))
            own = context
            return context
        }
    }

    private static let system = Result { try NIOSSLContext(configuration: configuration(trusting: .default)) }

    private static func configuration(trusting roots: NIOSSLTrustRoots) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        configuration.trustRoots = roots
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}
