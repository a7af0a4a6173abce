import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// Kills at named points, pruning, forgetting, the doctor and `explain`, with PostgreSQL as the store.
    struct SharedUpkeepTests {
        private static func configuration(_ store: String) -> ConfigurationText {
            ConfigurationText(
                sources: [.shop], to: [.postback("main", "/postback?cid={click_id}&sum={amount}&txid={order_id}")],
                ["store": store, "retention": "{ requests: 1s, attempts: 1s }"])
        }

        private static func use(
            _ script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
            _ body: (Workbench, ScriptedTracker, _ database: String) async throws -> Void
        ) async throws {
            let server = try PostgresServer.shared.get()
            let database = try server.emptyDatabase()
            try await Workbench.use(configuration(server.url(database)), tracker: script) { bench, tracker in
                try await body(bench, tracker, database)
            }
        }

        @Test func `killed during a migration, the database is as it was, and the next migration makes it whole`() async throws {
            try await Self.use { bench, _, database in
                bench.set("GATEWAY_KILL_AT", "migration")
                for _ in 0..<2 { #expect(try await bench.run("migrate").status == -9) }
                let tables = "SELECT count(*)::text FROM pg_tables WHERE schemaname = 'public'"
                #expect(try PostgresServer.shared.get().query(tables, in: database) == ["0"])
                bench.set("GATEWAY_KILL_AT", "")
                #expect(try await bench.run("serve").status == 78)
                #expect(try await bench.run("migrate").status == 0)
                let gateway = try bench.start("serve")
                #expect(try await Samples.sale("one").post(gateway.port()).status == 200)
                #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }

        @Test func `killed before a commit, it has sent no reply and stored nothing of it`() async throws {
            try await Self.use { bench, tracker, _ in
                #expect(try await bench.run("migrate").status == 0)
                bench.set("GATEWAY_KILL_AT", "before-commit:3")
                let first = try bench.start("serve")
                let port = try await first.port()
                for name in ["one", "two"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                #expect(try await Samples.sale("three").post(port).status == 0)
                #expect(try await first.ended() == -9)
                bench.set("GATEWAY_KILL_AT", "")
                let second = try bench.start("serve")
                let again = try await second.port()
                #expect(try await bench.rows("conversions").map { $0.text("order_id") }.sorted() == ["one", "two"])
                let reply = try await Samples.sale("three").post(again)
                #expect(reply.status == 200)
                #expect(!reply.body.contains("already"))
                // What the killed one held is taken over when its lease has run out.
                let rows = try await bench.settled(3)
                #expect(rows.map { $0.text("state") } == ["delivered", "delivered", "delivered"])
                let wanted = ["one", "two", "three"].map { "/postback?cid=click-\($0)&sum=49.90&txid=\($0)" }
                #expect(Set(tracker.received.map(\.uri)) == Set(wanted))
                second.terminate()
                #expect(try await second.ended() == 0)
            }
        }

        @Test func `killed in a replay or while pruning, all of it is done or none of it`() async throws {
            let script: ScriptedTracker.Script = { number, _ in .reply(number <= 3 ? 400 : 200) }
            try await Self.use(script) { bench, tracker, _ in
                #expect(try await bench.run("migrate").status == 0)
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                for name in ["one", "two", "three"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                let rejected = Array(repeating: "main rejected", count: 3)
                _ = try await bench.settled(3)
                #expect(try await bench.states() == rejected)
                bench.set("GATEWAY_KILL_AT", "replay")
                #expect(try await bench.run("replay", "--state", "rejected").status == -9)
                #expect(try await bench.states() == rejected)
                bench.set("GATEWAY_KILL_AT", "")
                #expect(try await bench.run("replay", "--state", "rejected").status == 0)
                try await until { try await bench.states() == Array(repeating: "main delivered", count: 3) }
                #expect(tracker.received.count == 6)

                // All of it is soon old enough.
                try await until { try await bench.run("prune", "--dry-run").lines.first == "would prune 3 raw requests, 6 attempts" }
                let rows = try await bench.rows("deliveries")
                bench.set("GATEWAY_KILL_AT", "prune")
                #expect(try await bench.run("prune").status == -9)
                bench.set("GATEWAY_KILL_AT", "")
                #expect(try await bench.run("prune", "--dry-run").lines.first == "would prune 3 raw requests, 6 attempts")
                #expect(try await bench.run("prune").lines.first == "pruned 3 raw requests, 6 attempts")
                #expect(try await bench.rows("deliveries") == rows)
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }

        @Test func `a person is forgotten and the doctor shows the nodes beside a running gateway`() async throws {
            try await Self.use { bench, _, _ in
                let unready = try await bench.run("doctor")
                #expect(unready.status == 1)
                #expect(unready.output.contains("holds no gateway tables yet; run 'gateway migrate' once"))
                #expect(try await bench.run("migrate").status == 0)
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                let sample = Samples.sale("one", more: #","customerEmail":"jane.doe@example.com""#)
                #expect(try await sample.post(port).status == 200)
                _ = try await bench.settled(1)
                let refund = CorrectionFixture.refund("one", #","amount":1000"#).raw
                let explained = try await bench.run("explain", "--source", "shop", input: refund)
                #expect(explained.status == 0)
                #expect(explained.output.contains("refunded "), "\(explained.output)")
                let run = try await bench.run("forget", "--email", "jane.doe@example.com")
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.lines.prefix(2) == ["changed:", "  1 conversion without their customer"])
                #expect(try await bench.run("forget", "--email", "jane.doe@example.com").output == "nothing of this person is stored\n")
                #expect(try await Samples.sale("two").post(port).status == 200)
                #expect(try await bench.settled(2).count == 2)
                let doctor = try await bench.run("doctor")
                #expect(doctor.status == 0, "\(doctor.output)")
                for text in [
                    "is reachable: PostgreSQL 1", "schema \(PostgresSchema.version), 2 conversions", "every sum agrees",
                    "the database's clock",
                    "has a lease for 1",
                ] {
                    #expect(doctor.output.contains(text), "\(text): \(doctor.output)")
                }
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }
    }
}
