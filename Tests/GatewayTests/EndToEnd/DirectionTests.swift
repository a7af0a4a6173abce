import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Five dialects in, five dialects out, between two processes: the gateway with `examples/demo.yaml` and `gateway sandbox`.
    struct DirectionTests {
        @Test func `each tracker's own sample reaches all five trackers exactly`() async throws {
            let (received, rows) = try await run(DirectionFixture.demo)
            #expect(rows.map { $0.text("state") } == Array(repeating: "delivered", count: 25))
            for (source, wanted) in DirectionFixture.withSet {
                for (destination, text) in wanted {
                    #expect(received["\(source) \(destination)"] == text, "\(source) to \(destination)")
                }
            }
            #expect(received.count == 25)
        }

        @Test func `without set what lacks an identifier is skipped with the reason`() async throws {
            let demo = DirectionFixture.demo
            let end = try #require(demo.range(of: "\nroutes:")?.lowerBound)
            let routes = "\nroutes:\n  - { from: \"*\", to: [to-refcampaign, to-refvenue, to-refersion, to-trcker, to-rs-traffic] }\n"
            let (received, rows) = try await run(demo[..<end] + routes)
            let outcomes = rows.map { "\($0.text("source")) \($0.text("destination")) \($0.text("state")) \($0.text("reason"))" }.sorted()
            #expect(outcomes == DirectionFixture.withoutSet)
            #expect(received.count == 12)
        }

        /// What each tracker printed, by source and destination; ids and times that the gateway gives are `ID` and `NOW`.
        private func run(_ configuration: String) async throws -> (received: [String: String], rows: [JSONValue]) {
            try await Workbench.use(
                environment: [
                    "DEMO_LISTEN": "127.0.0.1:0", "DEMO_CONSOLE": "127.0.0.1:0", "DEMO_STORE": "demo.db", "SANDBOX": "http://127.0.0.1:1",
                ]
            ) {
                bench in
                try bench.write(configuration, to: "gateway.yaml")
                let sandbox = try bench.start("sandbox", "--config", "gateway.yaml", "--listen", "127.0.0.1:0")
                bench.set("SANDBOX", "http://127.0.0.1:\(try await sandbox.port())")
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                var received: [String: String] = [:]
                for (number, sample) in Samples.all.enumerated() {
                    let before = sandbox.lines.count
                    let answer = try await sample.post(port)
                    #expect(answer.status == 200, "\(sample.source): \(answer.body)")
                    let rows = try await bench.settled(5 * (number + 1)).filter { $0.text("source") == sample.source }
                    let id = rows.first?.text("conversion") ?? ""
                    #expect(answer.body.contains(id))
                    for line in sandbox.lines.dropFirst(before) {
                        let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
                        guard parts.count == 3, case .object(var object) = try JSONValue(parsing: parts[2]) else { continue }
                        for name in ["id", "source", "tracker", "received_at"] { object[name] = nil }
                        if let time = object["occurred_at"]?.plainText, !time.hasPrefix("2024") { object["occurred_at"] = "NOW" }
                        var json = JSONWriter()
                        json.write(.object(object))
                        received["\(sample.source) \(parts[1])"] = String(decoding: json.bytes, as: UTF8.self).replacing(id, with: "ID")
                    }
                }
                let rows = try await bench.rows("deliveries")
                gateway.terminate()
                sandbox.terminate()
                #expect(try await gateway.ended() == 0)
                #expect(try await sandbox.ended() == 0)
                return (received, rows)
            }
        }
    }
}
