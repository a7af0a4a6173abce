import NIOSSL

enum NIOSSLCertificates {
    /// The certificates of a file, as DER.
    static func authorities(_ path: String) throws -> [[UInt8]] {
        try NIOSSLCertificate.fromPEMFile(path).map { try $0.toDERBytes() }
    }
}
