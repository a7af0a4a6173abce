import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// The process is shot at the moments that matter most, one by one: what stands afterwards is what was promised.
    struct KillPointTests {
        private static let configuration = """
            listen: 127.0.0.1:0
            store: sqlite:gateway.db
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
            destinations:
              main:
                postback_url: "http://127.0.0.1:${TRACKER}/postback?cid={click_id}&sum={amount}&txid={order_id}"
                allow_networks: [127.0.0.0/8]
                retries: [300ms, 300ms]
            routes:
              - { from: "*", to: main }
            """

        /// Serves with the given point armed, says three sales, of which the last gets no reply, and starts again.
        private func shot(at point: String, script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)))
            async throws -> Outcome
        {
            try await ScriptedTracker.run(script) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    bench.set("GATEWAY_KILL_AT", "\(point):3")
                    let first = try bench.start("serve")
                    let port = try await first.port()
                    for name in ["one", "two"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                    let third = try await Samples.sale("three").post(port)
                    #expect(third.status == 0, "\(third.body)")
                    #expect(try await first.ended() == -9)
                    bench.set("GATEWAY_KILL_AT", "")
                    let second = try bench.start("serve")
                    let again = try await second.port()
                    var outcome = Outcome()
                    outcome.storedAfterRestart = try await bench.rows("conversions").map { $0.text("order_id") }.sorted()
                    outcome.secondReply = try await Samples.sale("three").post(again).body
                    outcome.deliveries = try await bench.settled(3).map { $0.text("state") }
                    let rows = try await bench.rows("conversions")
                    outcome.stored = rows.map { $0.text("order_id") }.sorted()
                    outcome.thirdID = rows.first { $0.text("order_id") == "three" }?.text("id") ?? ""
                    outcome.told = tracker.received.map(\.uri).sorted()
                    second.terminate()
                    #expect(try await second.ended() == 0)
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
            var told: [String] = []
        }

        private static func uri(_ name: String) -> String { "/postback?cid=click-\(name)&sum=49.90&txid=\(name)" }

        @Test func `before the commit: nobody was told, and nothing of it is there`() async throws {
            let outcome = try await shot(at: "before-commit")
            #expect(outcome.storedAfterRestart == ["one", "two"])
            #expect(outcome.secondReply == #"{"success":true,"conversionId":"\#(outcome.thirdID)"}"#)
            #expect(outcome.stored == ["one", "three", "two"])
            #expect(outcome.deliveries == ["delivered", "delivered", "delivered"])
            #expect(Set(outcome.told) == Set(["one", "two", "three"].map(Self.uri)))
        }

        @Test func `after the commit and before the reply: it is owed, and sent again it is the same one`() async throws {
            let outcome = try await shot(at: "after-commit")
            #expect(outcome.storedAfterRestart == ["one", "three", "two"])
            #expect(
                outcome.secondReply == #"{"success":true,"conversionId":"\#(outcome.thirdID)","message":"Conversion already tracked"}"#)
            #expect(outcome.stored == ["one", "three", "two"])
            #expect(outcome.deliveries == ["delivered", "delivered", "delivered"])
            #expect(Set(outcome.told) == Set(["one", "two", "three"].map(Self.uri)))
        }

        @Test func `after a tracker's answer and before it is stored: the tracker hears the same once more`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    bench.set("GATEWAY_KILL_AT", "after-send")
                    let first = try bench.start("serve")
                    let port = try await first.port()
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    #expect(try await first.ended() == -9)
                    #expect(tracker.received.map(\.uri) == [Self.uri("one")])
                    #expect(try await bench.states() == ["main pending"])
                    bench.set("GATEWAY_KILL_AT", "")
                    let second = try bench.start("serve")
                    _ = try await second.port()
                    let rows = try await bench.settled(1)
                    #expect(rows.map { "\($0.text("state")) \($0.text("attempts"))" } == ["delivered 1"])
                    #expect(tracker.received.map(\.uri) == [Self.uri("one"), Self.uri("one")])
                    second.terminate()
                    #expect(try await second.ended() == 0)
                }
            }
        }

        @Test func `during a change of the schema: the next start makes it whole`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    bench.set("GATEWAY_KILL_AT", "migration")
                    for _ in 0..<2 { #expect(try await bench.start("serve").ended() == -9) }
                    bench.set("GATEWAY_KILL_AT", "")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }

        @Test func `while old rows go: all of a portion is gone or none of it`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200))) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration + "\nretention: { requests: 1s, attempts: 1s }\n", to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    for name in ["one", "two", "three"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                    let rows = try await bench.settled(3)
                    try await Task.sleep(for: .milliseconds(1200))
                    bench.set("GATEWAY_KILL_AT", "prune")
                    #expect(try await bench.run("prune").status == -9)
                    bench.set("GATEWAY_KILL_AT", "")
                    #expect(try await bench.run("prune").lines.first == "pruned 3 raw requests, 3 attempts")
                    #expect(try await bench.rows("deliveries") == rows)
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }

        @Test func `during a replay: all of a portion is due again or none of it`() async throws {
            let script: ScriptedTracker.Script = { number, _ in .reply(number <= 3 ? 400 : 200) }
            try await ScriptedTracker.run(script) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
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
                    _ = try await eventually { try await bench.states().allSatisfy { $0 == "main delivered" } ? true : nil }
                    #expect(try await bench.states() == Array(repeating: "main delivered", count: 3))
                    #expect(tracker.received.count == 6)
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }
    }
}
