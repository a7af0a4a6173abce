import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Strangers that hold what is there for everyone.
    struct StrangerTests {
        private static let look = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

        /// Keeps so many connections open while the body runs.
        private func holding(_ count: Int, _ port: Int, _ body: () async throws -> Void) async throws {
            let areOpen = (0..<count).map { _ in Gate() }
            let done = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for gate in areOpen {
                    group.addTask {
                        let steps: [RawConnection.Step] = [.text(Self.look), .replies(1), .open(gate), .pass(done), .finish]
                        #expect(await RawConnection.exchange(port, steps).line == #"200 {"status":"ok"}"#)
                    }
                }
                for gate in areOpen { await gate.passed() }
                defer { done.open() }
                try await body()
            }
        }

        @Test func `an address has so many connections and no more, and the rest is refused in a sentence`() async throws {
            var configuration = ConfigurationText(["limits": "{ connections_per_address: 3 }"])
            try await Workbench.use(configuration) { bench, _ in
                try await bench.serve { gateway, port in
                    try await holding(3, port) {
                        for _ in 0..<5 {
                            let answer = await RawConnection.exchange(port, [.text(Self.look)])
                            #expect(
                                answer.line
                                    == "503 {\"error\":\"too many connections are open from 127.0.0.1; use fewer, or try again later\"}")
                            #expect(answer.first.headers["retry-after"] == "10")
                            #expect(answer.first.headers["connection"] == "close")
                            #expect(answer.isClosed)
                        }
                        #expect(gateway.errors.ranges(of: "connections were refused since their address has too many").count == 1)
                        // A reload raises the limit for those who come from now on.
                        configuration["limits"] = "{ connections_per_address: 100 }"
                        try bench.configure(configuration)
                        gateway.hangUp()
                        #expect(try await gateway.hasLogged("limits.connections_per_address changed"))
                        try await holding(20, port) {}
                    }
                    // What is closed is given back.
                    configuration["limits"] = "{ connections_per_address: 1 }"
                    try bench.configure(configuration)
                    gateway.hangUp()
                    #expect(try await gateway.hasLogged("limits.connections_per_address changed", times: 2))
                    try await until { await RawConnection.exchange(port, [.text(Self.look), .finish]).first.status == 200 }
                }
            }
        }

        @Test func `a trusted proxy has as many connections as it needs`() async throws {
            let configuration = ConfigurationText(["limits": "{ connections_per_address: 3 }", "trusted_proxies": "[127.0.0.1]"])
            try await Workbench.serve(configuration) { _, gateway, port, _ in
                try await holding(20, port) {}
                #expect(!gateway.errors.contains("refused"))
            }
        }

        private static let mebibyte = 1 << 20

        private func head(_ key: String) -> String {
            "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\nContent-Length: 1048576\r\n\r\n"
        }

        @Test func `a thousand unfinished bodies stay within the memory for bodies, and good requests are answered`() async throws {
            let configuration = ConfigurationText(["limits": "{ bodies: 32MiB }", "trusted_proxies": "[127.0.0.1]"])
            try await Workbench.serve(configuration) { bench, gateway, port, _ in
                #expect(await RawConnection.exchange(port, Samples.sale("before").raw).first.status == 200)
                let before = gateway.memory("VmHWM")
                let held = try await HeldBodies.open(1000, at: port, head: head("rc_test_demo_sender_1"), sent: 900 * 1024)
                for number in 0..<50 {
                    #expect(await RawConnection.exchange(port, Samples.sale("meanwhile-\(number)").raw).first.status == 200)
                }
                // Those that found no room are sent back; of the others so many stay as have room.
                let happened = try await eventually { held.ended >= 1000 - 40 ? true : nil }
                #expect(happened == true, "\(held.ended) ended, \(held.answers.count) with an answer; \(held.open) are open")
                for answer in held.answers {
                    #expect(answer.hasPrefix("HTTP/1.1 503 "))
                    #expect(answer.contains("\r\nRetry-After: 5\r\n"))
                }
                // Beside the budget: what each connection costs, twice 16 KiB among it, and the rest of the process.
                let most = 32 * Self.mebibyte + 1000 * 80 * 1024 + 32 * Self.mebibyte
                #expect(gateway.memory("VmHWM") - before < most)
                #expect(gateway.errors.contains("requests were sent back since there is no room for their bodies"))
                await held.close()
                try await until { gateway.memory("VmRSS") - before < 64 * Self.mebibyte }
                #expect(try await bench.rows("conversions").count == 51)
            }
        }

        @Test func `the memory of many connections goes back when they are gone`() async throws {
            try await Workbench.serve(ConfigurationText(["trusted_proxies": "[127.0.0.1]"])) { _, gateway, port, _ in
                #expect(await RawConnection.exchange(port, Samples.sale("before").raw).first.status == 200)
                // Without the code, whose pages come and go.
                let before = gateway.memory("RssAnon")
                // Small enough that no budget counts them.
                let held = try await HeldBodies.open(700, at: port, head: head("rc_test_demo_sender_1"), sent: 16_000)
                var most = before
                try await until {
                    most = max(most, gateway.memory("RssAnon"))
                    return most - before > 12 * Self.mebibyte
                }
                await held.close()
                try await until {
                    let now = gateway.memory("RssAnon")
                    most = max(most, now)
                    return most - now > (most - before) / 4
                }
            }
        }

        @Test func `strangers take no room from those whose key is right`() async throws {
            let configuration = ConfigurationText(["limits": "{ body: 1MiB, bodies: 1MiB, connections_per_address: 1000 }"])
            try await Workbench.serve(configuration) { bench, gateway, port, _ in
                let before = gateway.memory("VmHWM")
                let held = try await HeldBodies.open(200, at: port, head: head("wrong"), sent: 900 * 1024)
                let padding = String(repeating: " ", count: 500_000)
                for number in 0..<5 {
                    let body = Samples.sale("big-\(number)").body + padding
                    let text = head("rc_test_demo_sender_1").replacing("1048576", with: "\(body.utf8.count)") + body
                    #expect(await RawConnection.exchange(port, text).first.status == 200)
                }
                #expect(gateway.memory("VmHWM") - before < 200 * 80 * 1024 + 48 * Self.mebibyte)
                #expect(held.answers.isEmpty)
                await held.close()
                #expect(try await bench.rows("conversions").count == 5)
            }
        }

        @Test func `the beginning of a body is kept as that, and is not run again`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                let body = Samples.sale("cut").body + String(repeating: " ", count: 100_000)
                let text = head("wrong").replacing("1048576", with: "\(body.utf8.count)") + body
                #expect(await RawConnection.exchange(port, text).first.status == 401)
                let kept = try await bench.rows("refused")
                #expect(kept.map { $0["body_cut"] } == [.bool(true)])
                let replayed = try await bench.run("replay", "1", "--source", "shop-de")
                #expect(replayed.status == 1)
                #expect(
                    (replayed.output + replayed.errors).contains(
                        "only the first 16384 bytes of its body were kept, so it cannot be run again; let its sender repeat it"))
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }
    }
}
