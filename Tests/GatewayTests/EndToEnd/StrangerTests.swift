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
    }
}
