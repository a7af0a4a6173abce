import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// The process is killed at the moments that matter most, one by one: what is stored afterwards is what was promised.
    struct KillPointTests {
        private static let configuration = ConfigurationText(
            sources: [.shop],
            to: [.postback("main", "/postback?cid={click_id}&sum={amount}&txid={order_id}", ["retries": "[300ms, 300ms]"])])

        /// Serves with the given point armed, posts three sales, of which the last gets no reply, and starts again.
        private func killed(at point: String, script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)))
            async throws -> Outcome
        {
            try await Workbench.use(Self.configuration, tracker: script) { bench, tracker in
                bench.set("GATEWAY_KILL_AT", "\(point):3")
                let first = try bench.start("serve")
                let port = try await first.port()
                for name in ["one", "two"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                let third = try await Samples.sale("three").post(port)
                #expect(third.status == 0, "\(third.body)")
                #expect(try await first.ended() == -9)
                bench.set("GATEWAY_KILL_AT", "")
                return try await bench.serve { _, again in
                    var outcome = Outcome()
                    outcome.storedAfterRestart = try await bench.rows("conversions").map { $0.text("order_id") }.sorted()
                    outcome.secondReply = try await Samples.sale("three").post(again).body
                    outcome.deliveries = try await bench.settled(3).map { $0.text("state") }
                    let rows = try await bench.rows("conversions")
                    outcome.stored = rows.map { $0.text("order_id") }.sorted()
                    outcome.thirdID = rows.first { $0.text("order_id") == "three" }?.text("id") ?? ""
                    outcome.received = tracker.received.map(\.uri).sorted()
                    return outcome
                }
            }
        }

        private struct Outcome: Sendable {
            var storedAfterRestart: [String] = []
            var secondReply = ""
            var stored: [String] = []
            var thirdID = ""
            var deliveries: [String] = []
            var received: [String] = []
        }

        private static func uri(_ name: String) -> String { "/postback?cid=click-\(name)&sum=49.90&txid=\(name)" }

        @Test func `before the commit: no reply was sent, and nothing of it is stored`() async throws {
            let outcome = try await killed(at: "before-commit")
            #expect(outcome.storedAfterRestart == ["one", "two"])
            #expect(outcome.secondReply == #"{"success":true,"conversionId":"\#(outcome.thirdID)"}"#)
            #expect(outcome.stored == ["one", "three", "two"])
            #expect(outcome.deliveries == ["delivered", "delivered", "delivered"])
            #expect(Set(outcome.received) == Set(["one", "two", "three"].map(Self.uri)))
        }

        @Test func `after the commit and before the reply: it is owed, and sent again it is the same one`() async throws {
            let outcome = try await killed(at: "after-commit")
            #expect(outcome.storedAfterRestart == ["one", "three", "two"])
            #expect(
                outcome.secondReply == #"{"success":true,"conversionId":"\#(outcome.thirdID)","message":"Conversion already tracked"}"#)
            #expect(outcome.stored == ["one", "three", "two"])
            #expect(outcome.deliveries == ["delivered", "delivered", "delivered"])
            #expect(Set(outcome.received) == Set(["one", "two", "three"].map(Self.uri)))
        }

        @Test func `after a tracker's answer and before it is stored: the tracker is sent the same once more`() async throws {
            try await Workbench.use(Self.configuration) { bench, tracker in
                bench.set("GATEWAY_KILL_AT", "after-send")
                let first = try bench.start("serve")
                let port = try await first.port()
                #expect(try await Samples.sale("one").post(port).status == 200)
                #expect(try await first.ended() == -9)
                #expect(tracker.received.map(\.uri) == [Self.uri("one")])
                #expect(try await bench.states() == ["main pending"])
                bench.set("GATEWAY_KILL_AT", "")
                let rows = try await bench.serve { _, _ in try await bench.settled(1) }
                #expect(rows.map { "\($0.text("state")) \($0.text("attempts"))" } == ["delivered 1"])
                #expect(tracker.received.map(\.uri) == [Self.uri("one"), Self.uri("one")])
            }
        }

        @Test func `during a change of the schema: the next start makes it whole`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                bench.set("GATEWAY_KILL_AT", "migration")
                for _ in 0..<2 { #expect(try await bench.start("serve").ended() == -9) }
                bench.set("GATEWAY_KILL_AT", "")
                try await bench.serve { (_, port) async throws in
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
                }
            }
        }

        @Test func `while old rows go: all of a portion is gone or none of it`() async throws {
            var configuration = Self.configuration
            configuration["retention"] = "{ requests: 1s, attempts: 1s }"
            try await Workbench.serve(configuration) { bench, _, port, _ in
                for name in ["one", "two", "three"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                let rows = try await bench.settled(3)
                // All of it is soon old enough.
                try await until {
                    try await bench.run("prune", "--dry-run").lines.first == "would prune 3 raw requests, 3 attempts"
                }
                bench.set("GATEWAY_KILL_AT", "prune")
                #expect(try await bench.run("prune").status == -9)
                bench.set("GATEWAY_KILL_AT", "")
                #expect(try await bench.run("prune").lines.first == "pruned 3 raw requests, 3 attempts")
                #expect(try await bench.rows("deliveries") == rows)
            }
        }

        @Test func `during a replay: all of a portion is due again or none of it`() async throws {
            let script: ScriptedTracker.Script = { number, _ in .reply(number <= 3 ? 400 : 200) }
            try await Workbench.serve(Self.configuration, tracker: script) { bench, _, port, tracker in
                for name in ["one", "two", "three"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                let rejected = Array(repeating: "main rejected", count: 3)
                _ = try await bench.settled(3)
                #expect(try await bench.states() == rejected)
                bench.set("GATEWAY_KILL_AT", "replay")
                #expect(try await bench.run("replay", "--state", "rejected").status == -9)
                #expect(try await bench.states() == rejected)
                #expect(tracker.received.count == 3)
                bench.set("GATEWAY_KILL_AT", "")
                #expect(try await bench.run("replay", "--state", "rejected").status == 0)
                try await until { try await bench.states() == Array(repeating: "main delivered", count: 3) }
                #expect(tracker.received.count == 6)
            }
        }
    }
}
