import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What senders and trackers have under way when the service is told to end.
    struct EndingTests {
        private static func configuration(_ tracker: ScriptedTracker, drain: String) -> String {
            """
            limits: { drain: \(drain) }
            destinations:
              main: { postback_url: "http://127.0.0.1:\(tracker.port)/p?cid={click_id}", allow_networks: [127.0.0.0/8] }
            routes:
              - { from: "*", to: main }

            """ + Senders.configuration
        }

        @Test func `a request that is half sent gets its reply, and its connection is closed`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200, body: "ok"))) { tracker in
                try await Workbench.use { bench in
                    try bench.write(Self.configuration(tracker, drain: "6s"), to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    let raw = Samples.sale("half").raw
                    async let answer = RawConnection.exchange(
                        port, [.text(String(raw.prefix(raw.count - 20))), .wait(milliseconds: 1500), .text(String(raw.suffix(20)))])
                    try await Task.sleep(for: .milliseconds(700))
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                    let reply = await answer
                    #expect(reply.first.status == 200)
                    #expect(reply.first.headers["connection"] == "close")
                    #expect(reply.isClosed)
                    #expect(try await bench.rows("conversions").map { $0.text("order_id") } == ["half"])
                    // It was stored while the service ended: sent in time, or owed at the next start.
                    #expect(try await bench.rows("deliveries").count == 1)
                }
            }
        }

        @Test func `a sender that never finishes and a tracker that never answers do not hold the end up`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.hang)) { tracker in
                try await Workbench.use { bench in
                    try bench.write(Self.configuration(tracker, drain: "2s"), to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    #expect(try await Samples.sale("stored").post(port).status == 200)
                    let raw = Samples.sale("never").raw
                    async let answer = RawConnection.exchange(port, [.text(String(raw.prefix(raw.count - 20)))], patience: .seconds(20))
                    _ = try await eventually { tracker.received.isEmpty ? nil : true }
                    let start = ContinuousClock.now
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                    #expect(start.duration(to: .now) < .seconds(6))
                    #expect(await answer.bytes.isEmpty)
                    #expect(try await bench.states() == ["main pending"])
                    #expect(try await bench.rows("conversions").map { $0.text("order_id") } == ["stored"])
                }
            }
        }

        @Test func `told twice it ends at once, and what was stored is there`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.hang)) { tracker in
                try await Workbench.use { bench in
                    try bench.write(Self.configuration(tracker, drain: "60s"), to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    #expect(try await Samples.sale("stored").post(port).status == 200)
                    _ = try await eventually { tracker.received.isEmpty ? nil : true }
                    gateway.terminate()
                    try await Task.sleep(for: .milliseconds(500))
                    #expect(gateway.isRunning)
                    let start = ContinuousClock.now
                    gateway.terminate()
                    #expect(try await gateway.ended() == 1)
                    #expect(start.duration(to: .now) < .seconds(3))
                    #expect(gateway.errors.contains("ended at once by a second SIGTERM"))
                    #expect(try await bench.states() == ["main pending"])
                    let next = try bench.start("serve")
                    _ = try await next.port()
                    next.terminate()
                    next.terminate()
                }
            }
        }
    }
}
