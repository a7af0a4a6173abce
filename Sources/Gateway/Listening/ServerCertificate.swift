import Mappings
import NIOSSL

/// A certificate chain with its private key: what senders are shown.
struct ServerCertificate: Sendable {
    /// Why two PEM files are no certificate to serve with, in a sentence.
    struct Failure: Error {
        enum Part { case certificate, key }
        var part: Part
        var sentence: String
    }

    /// The site's own first, then those that vouch for it.
    let chain: [NIOSSLCertificate]
    let key: NIOSSLPrivateKey
    /// The host names that it is for, in lower case; one may begin with `*.`.
    let names: [String]
    let end: Timestamp

    /// - Parameters:
    ///   - certificate: PEM.
    ///   - key: PEM.
    init(certificate: String, key: String) throws(Failure) {
        guard let chain = try? NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8)), let first = chain.first else {
            throw Failure(
                part: .certificate, sentence: "holds no certificate; it must hold blocks that begin with -----BEGIN CERTIFICATE-----")
        }
        guard !key.contains("ENCRYPTED") else {
            throw Failure(part: .key, sentence: "holds a key with a passphrase, which nobody could type at a start; write it without one")
        }
        guard let own = try? NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem) else {
            throw Failure(part: .key, sentence: "holds no private key; it must hold a block such as -----BEGIN PRIVATE KEY-----")
        }
        self.chain = chain
        self.key = own
        names = first._subjectAlternativeNames().filter { $0.nameType == .dnsName }
            .map { String(decoding: $0.contents, as: UTF8.self).lowercased() }
        end = Timestamp(seconds: Int64(first.notValidAfter))
        guard (try? NIOSSLContext(configuration: .serving(self))) != nil else {
            throw Failure(part: .key, sentence: "is not the key of the certificate; name the two that were made together")
        }
    }

    /// - Parameter host: in lower case.
    func isFor(_ host: String) -> Bool {
        names.contains { name in
            guard name.hasPrefix("*.") else { return name == host }
            // The star stands for one label.
            guard let dot = host.firstIndex(of: ".") else { return false }
            return host[dot...] == name.dropFirst()
        }
    }
}

extension TLSConfiguration {
    static func serving(_ certificate: ServerCertificate) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: certificate.chain.map { .certificate($0) }, privateKey: .privateKey(certificate.key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        return configuration
    }
}
