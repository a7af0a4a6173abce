import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// An operator's replays beside what the service does by itself: nothing is sent twice.
    struct ReplayTests {
        private static func configuration(_ keys: KeyValuePairs<String, String> = [:]) -> ConfigurationText {
            let all = ConfigurationText.Entry.postback("u", "/u?id={order_id}", ["retries": ConfigurationText.Entry.patientRetries])
            return ConfigurationText(sources: [.shop], to: [all.with(keys)])
        }

        private static func sell(_ count: Int, _ port: Int) async throws {
            for number in 1...count { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
        }

        @Test func `what waits behind a pause is sent once, however often it is replayed`() async throws {
            try await Workbench.use(Self.configuration()) { bench, tracker in
                try await bench.serve { _, _ in }
                #expect(try await bench.run("pause", "u").status == 0)
                try await bench.serve { _, port in
                    try await Self.sell(8, port)
                    let plain = try await bench.run("replay", "--destination", "u")
                    #expect(plain.status == 0 && plain.output == "")
                    #expect(
                        plain.errors
                            == "8 deliveries are pending and are sent without a replay; --state pending makes them due now\nnothing to send again: none of 8 deliveries matches and is skipped, rejected or dead; `gateway deliveries` lists the last of them\n"
                    )
                    let pending = try await bench.run("replay", "--destination", "u", "--state", "pending")
                    #expect(pending.output == "8 deliveries are due now (8 pending before); a running gateway sends within two seconds\n")
                    let one = try #require(try await bench.rows("deliveries").first).text("conversion")
                    #expect(try await bench.run("replay", one).status == 0)
                    #expect(try await bench.run("resume", "u").status == 0)
                    let rows = try await bench.settled(8)
                    #expect(rows.map { $0.text("state") } == Array(repeating: "delivered", count: 8))
                    #expect(rows.map { $0.text("attempts") } == Array(repeating: "1", count: 8))
                    #expect(tracker.received.map(\.uri).sorted() == (1...8).map { "/u?id=o-\($0)" })
                }
            }
        }

        @Test func `what waits for its rate is sent once, however often it is replayed`() async throws {
            try await Workbench.serve(Self.configuration(["rate": "4/s"])) { bench, _, port, tracker in
                try await Self.sell(16, port)
                for _ in 1...2 { #expect(try await bench.run("replay", "--destination", "u", "--state", "pending").status == 0) }
                let rows = try await bench.settled(16)
                #expect(rows.allSatisfy { $0.text("state") == "delivered" && $0.text("attempts") == "1" })
                #expect(tracker.received.count == 16 && Set(tracker.received.map(\.uri)).count == 16)
            }
        }

        @Test func `all tries are counted, those before a replay too`() async throws {
            try await Workbench.serve(Self.configuration()) { bench, _, port, tracker in
                try await Self.sell(1, port)
                _ = try await bench.settled(1)
                for count in 2...3 {
                    let id = try #require(try await bench.rows("deliveries").first).text("conversion")
                    #expect(try await bench.run("replay", id).status == 0)
                    try await until { tracker.received.count == count }
                    let rows = try await bench.settled(1)
                    #expect(rows.map { $0.text("attempts") } == ["\(count)"])
                }
                #expect(try await bench.run("deliveries").output.contains("  delivered  3 "))
            }
        }

        @Test func `a replay in an outage doubles nothing`() async throws {
            let isDown = Atomic(true)
            let script: ScriptedTracker.Script = { _, _ in isDown.load(ordering: .relaxed) ? .reply(503) : .reply(200) }
            let keys: KeyValuePairs<String, String> = ["breaker": "{ failures: 3, pause: 100ms, longest: 100ms }"]
            try await Workbench.serve(Self.configuration(keys), tracker: script) { bench, _, port, tracker in
                try await Self.sell(20, port)
                try await until { tracker.received.count > 4 }
                #expect(try await bench.run("replay", "--destination", "u", "--state", "pending").status == 0)
                let before = tracker.received.count
                isDown.store(false, ordering: .relaxed)
                let rows = try await bench.settled(20)
                #expect(rows.map { $0.text("state") } == Array(repeating: "delivered", count: 20))
                let refused = try await Self.refusals(rows, bench)
                #expect(tracker.received.count == 20 + refused, "\(before) before the tracker was well again")
            }
        }

        /// Attempts that were answered 503.
        private static func refusals(_ rows: [JSONValue], _ bench: Workbench) async throws -> Int {
            var count = 0
            for row in rows { count += try await bench.attempts(of: row.text("id")).count { $0.text("status") == "503" } }
            return count
        }

        @Test func `a replay of what is under way leaves it to the try under way`() async throws {
            let script: ScriptedTracker.Script = { number, _ in number == 1 ? .held : .reply(400) }
            try await Workbench.serve(Self.configuration(), tracker: script) { bench, _, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                try await until { tracker.holding == 1 }
                let replayed = try await bench.run("replay", "--order-id", "o-1", "--state", "pending")
                #expect(replayed.output == "1 delivery is due now (1 pending before); a running gateway sends within two seconds\n")
                // The first try is answered 200, and another would be answered 400.
                tracker.release()
                let row = try #require(try await bench.settled(1).first)
                #expect(row.text("state") == "delivered")
                #expect(
                    try await bench.attempts(of: row.text("id")).map { "\($0.text("number")) \($0.text("status"))" } == ["1 200"])
                let late = try await bench.run("replay", row.text("id"), "--state", "pending")
                #expect(late.status == 1 && late.output == "")
                #expect(late.errors == "delivery \(row.text("id")) is delivered and not what the options name; it stays as it is\n")
                let again = try await bench.run("replay", row.text("id"))
                #expect(again.output == "1 delivery is due now (1 delivered before); a running gateway sends within two seconds\n")
                try await until { tracker.received.count == 2 }
                #expect(try await bench.settled(1).first?.text("state") == "rejected")
            }
        }

        @Test func `a preview counts a correction as the replay sends it, after its sale`() async throws {
            let isStrict = Atomic(true)
            let script: ScriptedTracker.Script = { _, _ in
                isStrict.load(ordering: .relaxed) ? .reply(400, body: "no") : ScriptedTracker.taken
            }
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["tk"]), script: script) { bench, port, tracker in
                #expect(try await CorrectionFixture.event("pending").post(port).status == 200)
                _ = try await bench.settled(1)
                #expect(try await CorrectionFixture.event("approved").post(port).status == 200)
                _ = try await bench.settled(2)
                #expect(try await bench.states() == ["tk rejected", "tk rejected"])
                isStrict.store(false, ordering: .relaxed)
                let dry = try await bench.run("replay", "--failed", "--dry-run")
                #expect(dry.status == 1)
                #expect(dry.lines.last == "1 would be sent (1 as last time), 1 would not")
                let before = tracker.received.count
                #expect(try await bench.run("replay", "--failed").status == 0)
                try await until { try await bench.states() == ["tk delivered", "tk skipped"] }
                #expect(tracker.received.count == before + 1)
            }
        }
    }
}
