import Foundation
import Testing

/// One running proxy.
struct RunningProxy: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let port: Int
    /// Of its own certificate.
    let authority: String
    private let process: SpawnedProcess

    /// Runs a proxy in front of gateways and ends it afterwards.
    ///
    /// - Parameters:
    ///   - ports: of one gateway, or of the two that the sample has.
    ///   - change: of the sample's text.
    static func use<Result>(
        _ sample: ProxySample, before ports: [Int], in bench: Workbench, change: (String) -> String = { $0 },
        _ body: (RunningProxy) async throws -> Result
    ) async throws -> Result {
        let proxy = try await start(sample, before: ports, in: bench, change)
        do {
            let result = try await body(proxy)
            try await proxy.end()
            return result
        } catch {
            try? await proxy.end()
            throw error
        }
    }

    private func end() async throws {
        process.signal(SIGTERM)
        _ = try await process.ended()
    }

    private static func start(_ sample: ProxySample, before ports: [Int], in bench: Workbench, _ change: (String) -> String) async throws
        -> RunningProxy
    {
        let folder = "\(bench.folder)/\(sample)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await certificate(in: folder)
        var log = ""
        // Somebody else may take the port that was free.
        for _ in 0..<5 {
            let port = try PostgresServer.freePort()
            let site = substituted(change(try sample.text), port: port, gateways: ports, folder)
            let file = "\(folder)/\(sample.rawValue)"
            try sample.file(around: site, in: folder).write(toFile: file, atomically: true, encoding: .utf8)
            let output = "\(folder)/output"
            let process = try SpawnedProcess(
                sample.command(file, in: folder), in: folder,
                environment: ["HOME": folder, "XDG_DATA_HOME": folder, "XDG_CONFIG_HOME": folder],
                files: SpawnedProcess.Files(output: output, errors: "\(output).err"))
            let proxy = RunningProxy(port: port, authority: "\(folder)/fullchain.pem", process: process)
            let isUp = try await eventually { () -> Bool? in
                if process.result != nil { return false }
                return await RawConnection.isAccepted(at: port) ? true : nil
            }
            if isUp == true { return proxy }
            process.signal(SIGKILL)
            log = (try? String(contentsOfFile: "\(output).err", encoding: .utf8)) ?? ""
        }
        throw Failure(description: "\(sample) does not run: \(log)")
    }

    /// All that a test changes about a sample: `docs/operations/proxies.md` names it.
    private static func substituted(_ text: String, port: Int, gateways: [Int], _ folder: String) -> String {
        var text = text.replacing("/etc/ssl/track.example.com", with: folder).replacing("track.example.com", with: "localhost")
            .replacing("localhost {", with: "localhost:\(port) {").replacing("*:443", with: "127.0.0.1:\(port)")
            .replacing("listen 443", with: "listen 127.0.0.1:\(port)").replacing("bind :443", with: "bind 127.0.0.1:\(port)")
            .replacing(":443 {", with: ":\(port) {").replacing("127.0.0.1:8080", with: "127.0.0.1:\(gateways[0])")
        // Apache's ports are in a file of its own.
        if text.contains("<VirtualHost") { text = "Listen 127.0.0.1:\(port)\n" + text }
        if gateways.count > 1 {
            text = text.replacing("#server", with: "server").replacing("127.0.0.1:8081", with: "127.0.0.1:\(gateways[1])")
        }
        return text
    }

    private static func certificate(in folder: String) async throws {
        let (key, certificate) = ("\(folder)/privkey.pem", "\(folder)/fullchain.pem")
        let code = try await SpawnedProcess.run(
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "90", "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate)
        #expect(code == 0, "openssl made no certificate")
        let both = try [certificate, key].map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        try both.write(toFile: "\(folder)/both.pem", atomically: true, encoding: .utf8)
    }
}
