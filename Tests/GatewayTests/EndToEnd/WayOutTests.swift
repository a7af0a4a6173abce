import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Which addresses the gateway connects to, and what it reports of them.
    struct WayOutTests {
        /// Delivers one sale to a destination at this address and returns its delivery, its attempt and what `check` says.
        private func deliver(
            to address: String, _ keys: KeyValuePairs<String, String> = [:], files: [String: String] = [:]
        ) async throws -> (row: JSONValue, attempt: JSONValue?, warnings: [String]) {
            let main = ConfigurationText.Entry("main", ["postback_url": "\"\(address)/pb?cid={click_id}\"", "retries": "[]"]).with(keys)
            return try await Workbench.use { bench in
                try bench.configure(ConfigurationText(sources: [.shop], to: [main]))
                for (name, text) in files { try bench.write(text, to: name) }
                let check = try await bench.run("check")
                #expect(check.status == 0)
                let warnings = check.errors.split(separator: "\n").map(String.init)
                return try await bench.serve { gateway, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    let row = try #require(try await bench.settled(1).first)
                    // The start warns of the same as the check.
                    for warning in warnings { #expect(gateway.errors.contains(warning)) }
                    return (row, try await bench.attempts(of: row.text("id")).last, warnings)
                }
            }
        }

        @Test(arguments: ["127.0.0.1", "[::ffff:127.0.0.1]", "0x7f000001", "localhost"])
        func `this machine is out of bounds unless it is allowed`(host: String) async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                let (row, attempt, warnings) = try await deliver(to: "http://\(host):\(tracker.port)")
                #expect(row.text("state") == "dead")
                #expect(row.text("reason").contains(" is loopback; add "))
                #expect(
                    row.text("reason").hasSuffix("to 'allow_networks' of the destination if that is meant; attempt 1 of 1, no more tries"))
                #expect(attempt?.text("outcome") == "refused_address")
                #expect(warnings.count == 1)
                #expect(warnings.first?.hasPrefix("gateway.yaml:6:25: warning: destination 'main' will not be reached: ") == true)
                #expect(tracker.connections == 0)

                let allowed = try await deliver(
                    to: "http://\(host):\(tracker.port)", ["allow_networks": "[127.0.0.0/8, '::1']"])
                #expect(allowed.row.text("state") == "delivered")
                #expect(
                    allowed.warnings.map { $0.drop { $0 != " " } } == [
                        " warning: destination 'main' may be in 127.0.0.0/8, which is loopback",
                        " warning: destination 'main' may be in ::1, which is loopback",
                    ])
                #expect(tracker.received.count == 1)
            }
        }

        @Test func `a private authority is named in ca_file`() async throws {
            try await Certificates.use { certificates in
                let server = try await OpenSSLServer(try certificates.signed("DNS:localhost"), in: certificates.folder)
                defer { server.stop() }
                let url = "https://localhost:\(server.port)"
                let networks = "[127.0.0.0/8, '::1']"
                let (row, _, _) = try await deliver(to: url, ["allow_networks": networks])
                #expect(row.text("state") == "dead")
                #expect(row.text("reason").contains("tls handshake failed: the certificate is signed by nobody whom this machine trusts"))
                let authority = try String(contentsOfFile: certificates.authority.certificate, encoding: .utf8)
                let trusted = try await deliver(
                    to: url, ["allow_networks": networks, "ca_file": "private.pem", "answers": "{ delivered: { status: 200 } }"],
                    files: ["private.pem": authority])
                #expect(trusted.row.text("state") == "delivered")
            }
        }
    }
}

/// `openssl s_server`, which answers every GET with a page of its own.
private final class OpenSSLServer: Sendable {
    let port: Int
    private let process: SpawnedProcess

    /// Returns when it listens.
    init(_ pair: Certificates.Pair, in folder: String) async throws {
        let output = "\(folder)/openssl.out"
        process = try SpawnedProcess(
            ["openssl", "s_server", "-www", "-accept", "127.0.0.1:0", "-cert", pair.certificate, "-key", pair.key],
            files: .init(output: output))
        // `ACCEPT 127.0.0.1:38249`
        let port = try await eventually {
            let text = try String(contentsOfFile: output, encoding: .utf8)
            return text.firstMatch(of: #/ACCEPT [\d.]+:(\d+)\n/#).flatMap { Int($0.1) }
        }
        self.port = try #require(port)
    }

    func stop() { process.signal(SIGTERM) }
}
