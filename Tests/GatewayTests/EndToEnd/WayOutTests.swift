import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Where the gateway connects to, and what it says of it.
    struct WayOutTests {
        private static func configuration(_ url: String, _ more: String = "") -> String {
            """
            listen: 127.0.0.1:0
            store: sqlite:gateway.db
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
            destinations:
              main: { postback_url: "\(url)/pb?cid={click_id}", retries: []\(more) }
            routes:
              - { from: shop, to: main }
            """
        }

        /// Delivers one sale and returns its delivery, its attempt and what `check` says.
        private func deliver(_ configuration: String, files: [String: String] = [:]) async throws -> (
            row: JSONValue, attempt: JSONValue?, warnings: [String]
        ) {
            try await Workbench.use { bench in
                try bench.write(configuration, to: "gateway.yaml")
                for (name, text) in files { try bench.write(text, to: name) }
                let check = try await bench.run("check")
                #expect(check.status == 0)
                let gateway = try bench.start("serve")
                #expect(try await Samples.sale("o-1").post(try await gateway.port()).status == 200)
                let row = try #require(try await bench.settled(1).first)
                let shown = try JSONValue(parsing: try await bench.run("deliveries", "show", "--json", row.text("id")).output)
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                let warnings = check.errors.split(separator: "\n").map(String.init)
                // The start says what the check says.
                for warning in warnings { #expect(gateway.errors.contains(warning)) }
                guard case .array(let deliveries)? = shown["deliveries"], case .array(let log)? = deliveries.first?["log"] else {
                    return (row, nil, warnings)
                }
                return (row, log.last, warnings)
            }
        }

        @Test(arguments: ["127.0.0.1", "[::ffff:127.0.0.1]", "0x7f000001", "localhost"])
        func `this machine is out of bounds unless it is allowed`(host: String) async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                let (row, attempt, warnings) = try await deliver(Self.configuration("http://\(host):\(tracker.port)"))
                #expect(row.text("state") == "dead")
                #expect(row.text("reason").contains(" is loopback; add "))
                #expect(
                    row.text("reason").hasSuffix("to 'allow_networks' of the destination if that is meant; attempt 1 of 1, no more tries"))
                #expect(attempt?.text("outcome") == "refused_address")
                #expect(warnings.count == 1)
                #expect(warnings.first?.hasPrefix("gateway.yaml:6:25: warning: destination 'main' will not be reached: ") == true)
                #expect(tracker.connections == 0)

                let networks = ", allow_networks: [127.0.0.0/8, '::1']"
                let allowed = try await deliver(Self.configuration("http://\(host):\(tracker.port)", networks))
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
                let server = try OpenSSLServer(try certificates.signed("DNS:localhost"))
                defer { server.stop() }
                try await server.ready()
                let url = "https://localhost:\(server.port)"
                let networks = ", allow_networks: [127.0.0.0/8, '::1']"
                let (row, _, _) = try await deliver(Self.configuration(url, networks))
                #expect(row.text("state") == "dead")
                #expect(row.text("reason").contains("tls handshake failed: the certificate is signed by nobody whom this machine trusts"))
                let authority = try String(contentsOfFile: certificates.authority.certificate, encoding: .utf8)
                let trusted = try await deliver(
                    Self.configuration(url, networks + ", ca_file: private.pem"), files: ["private.pem": authority])
                #expect(trusted.row.text("state") == "delivered")
            }
        }
    }
}

/// `openssl s_server`, which answers every GET with a page of its own.
private final class OpenSSLServer: @unchecked Sendable {
    let port: Int
    private let process = Process()

    init(_ pair: Certificates.Pair) throws {
        port = Int.random(in: 20_000..<30_000)
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl", "s_server", "-quiet", "-www", "-accept", "\(port)", "-cert", pair.certificate, "-key", pair.key]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    func ready() async throws {
        _ = try await eventually { await RawConnection.exchange(port, [.finish], patience: .seconds(1)).isClosed ? true : nil }
    }

    func stop() { process.terminate() }
}
