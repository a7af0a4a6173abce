import Foundation
import NIOSSL

/// An authority of a test's own and what it has signed, made by the command `openssl`.
struct Certificates: Sendable {
    struct Pair: Sendable {
        /// Paths of PEM files.
        var certificate: String
        var key: String
    }

    let folder: String
    var authority: Pair { Pair(certificate: "\(folder)/ca.pem", key: "\(folder)/ca.key") }

    static func use<Result>(_ body: (Certificates) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-certificates-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let certificates = Certificates(folder: folder)
        try Data(configuration.utf8).write(to: URL(filePath: "\(folder)/openssl.cnf"))
        try Data().write(to: URL(filePath: "\(folder)/index.txt"))
        try certificates.openssl(
            "req", "-x509", "-days", "30", "-subj", "/CN=Test authority", "-extensions", "authority", "-out", "ca.pem", key: "ca.key")
        return try await body(certificates)
    }

    /// The certificates of a PEM file, each as DER.
    static func bytes(of file: String) throws -> [[UInt8]] { try NIOSSLCertificate.fromPEMFile(file).map { try $0.toDERBytes() } }

    /// - Parameters:
    ///   - names: `DNS:localhost,IP:127.0.0.1`.
    ///   - days: For how many days it is valid, from yesterday on; negative is over.
    func signed(_ names: String, days: Int = 30) throws -> Pair {
        let name = UUID().uuidString
        try openssl("req", "-subj", "/CN=tracker", "-out", "\(name).csr", key: "\(name).key")
        try Data("subjectAltName=\(names)\nextendedKeyUsage=serverAuth\n".utf8).write(to: URL(filePath: "\(folder)/\(name).ext"))
        func date(_ days: Int) -> String {
            let formatter = DateFormatter()
            formatter.locale = Locale(identifier: "en_US_POSIX")
            formatter.timeZone = TimeZone(identifier: "UTC")
            formatter.dateFormat = "yyMMddHHmmss'Z'"
            return formatter.string(from: Date(timeIntervalSinceNow: 86_400 * Double(days)))
        }
        try run([
            "ca", "-batch", "-notext", "-config", "openssl.cnf", "-in", "\(name).csr", "-out", "\(name).pem", "-extfile", "\(name).ext",
            "-startdate", date(min(-1, days - 30)), "-enddate", date(days),
        ])
        return Pair(certificate: "\(folder)/\(name).pem", key: "\(folder)/\(name).key")
    }

    private func openssl(_ arguments: String..., key: String) throws {
        try run(
            arguments + ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-config", "openssl.cnf"])
    }

    private struct Failure: Error { var output: String }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let output = Pipe()
        process.standardError = output
        process.standardOutput = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        if process.terminationStatus != 0 { throw Failure(output: text) }
    }

    private static let configuration = """
        [req]
        distinguished_name = name
        [name]
        [authority]
        basicConstraints = critical,CA:TRUE
        keyUsage = critical,keyCertSign
        subjectKeyIdentifier = hash
        [ca]
        default_ca = own
        [own]
        database = index.txt
        new_certs_dir = .
        certificate = ca.pem
        private_key = ca.key
        default_md = sha256
        policy = any
        unique_subject = no
        rand_serial = yes
        [any]
        commonName = supplied
        """
}
