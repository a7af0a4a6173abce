import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What ended without reaching its destination: found, understood, repaired and sent again.
    struct DeadLetterTests {
        private static let games = ConfigurationText.Entry.tracker(
            "games", "rs-traffic", at: "/rs", credentials: "{ secret: outgoing-secret }", ["settings": "{ amount_unit: major }"])
        private static let shopTracker = ConfigurationText.Entry.tracker(
            "shop-tracker", "trcker", at: "/tk", credentials: "{ postback_secret: outgoing-token }", ["settings": "{ brand: b, offer: o }"])
        private static let backup = ConfigurationText.Entry.postback("backup", "/backup?cid={click_id}&sum={amount}")
        private static let configuration = ConfigurationText(
            to: [games, shopTracker, backup], routes: ["{ from: shop, to: [games, shop-tracker] }"])

        @Test func `a delivery that was refused is sent again once the configuration is right, and the difference is shown before`()
            async throws
        {
            let script: ScriptedTracker.Script = { _, request in
                let isRight = !request.uri.hasPrefix("/rs") || request.body.contains(#""amount":"4990""#)
                return isRight
                    ? ScriptedTracker.taken : .reply(400, body: #"{"status":"error","error":"amount in cents, please"}"#)
            }
            try await Workbench.use(Self.configuration, tracker: script) { bench, tracker in
                let id = try await bench.serve { _, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    let rows = try await bench.settled(2)
                    #expect(try await bench.states() == ["games rejected", "shop-tracker delivered"])
                    return try #require(rows.first).text("conversion")
                }

                let failed = try #require(try await bench.rows("deliveries", "--failed", "--since", "1h").first)
                #expect(failed.text("id") == "\(id):games")
                #expect(failed["last_attempt"]?.text("reply") == #"{"status":"error","error":"amount in cents, please"}"#)
                let sent = try await bench.firstAttempt(of: "\(id):games")
                #expect(sent.text("body").contains(#""amount":"49.90""#))
                let post = try await bench.firstAttempt(of: "\(id):shop-tracker")
                #expect(post["headers"] == ["X-Postback-Secret: ***", "Accept: application/json"])
                let shown = try await bench.run("deliveries", "show", "\(id):games")
                #expect(shown.output.contains("     Content-Type: application/json\n"))
                #expect(shown.output.contains("     rejected 400 after "))
                for secret in ["outgoing-secret", "outgoing-token"] { #expect(try bench.storeFiles(holding: secret) == []) }

                var right = Self.configuration
                right[destination: "games"]["settings"] = "{ amount_unit: minor }"
                try bench.configure(right)
                let dry = try await bench.run("replay", "--failed", "--dry-run")
                #expect(dry.status == 0)
                #expect(dry.output.contains("\n    - body.amount: \"49.90\"\n    + body.amount: \"4990\"\n"))
                #expect(
                    dry.output.contains("  different from attempt 1 of \(sent.text("started_at")), rejected 400: {\"status\":\"error\""))
                #expect(dry.lines.last == "1 would be sent (1 different from last time), 0 would not")
                #expect(tracker.received.count == 2)

                try await bench.serve { _, _ in
                    let real = try await bench.run("replay", "--failed")
                    #expect(real.output == "1 delivery is due now (1 rejected before); a running gateway sends within two seconds\n")
                    _ = try await bench.settled(2)
                    #expect(try await bench.states() == ["games delivered", "shop-tracker delivered"])
                    #expect(
                        try await bench.attempts(of: "\(id):games").map { "\($0.text("number")) \($0.text("status"))" } == [
                            "1 400", "2 200",
                        ])
                    #expect(try await bench.rows("deliveries", "--failed").isEmpty)
                }
            }
        }

        @Test func `a conversion is sent to a destination that it was not routed to`() async throws {
            try await Workbench.serve(Self.configuration, tracker: ScriptedTracker.always(ScriptedTracker.taken)) {
                bench, _, port, tracker in
                for number in 1...3 { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
                _ = try await bench.settled(6)
                let dry = try await bench.run("replay", "--to", "backup", "--order-id", "o-1", "--dry-run")
                #expect(dry.status == 0)
                #expect(dry.lines.first?.hasSuffix(", not sent there so far") == true)
                let without =
                    "no route leads from source 'shop' to 'backup'; its conversions are sent as they came, without any route's 'set'\n"
                #expect(dry.errors == without)
                #expect(dry.lines.dropFirst().first == "  GET http://127.0.0.1:\(tracker.port)/backup?cid=click-o-1&sum=49.90")
                #expect(dry.lines.suffix(2) == ["  nothing was sent so far", "1 would be sent (1 for the first time), 0 would not"])
                let one = try await bench.run("replay", "--to", "backup", "--order-id", "o-1")
                #expect(one.output == "1 delivery is due now; a running gateway sends within two seconds\n")
                let all = try await bench.run("replay", "--to", "backup", "--source", "shop")
                #expect(all.status == 0)
                #expect(all.output == "2 deliveries are due now; a running gateway sends within two seconds\n")
                #expect(
                    all.errors == "1 conversion has a delivery to 'backup' already; send it again with --destination backup\n" + without)
                _ = try await bench.settled(9)
                #expect(Set(tracker.received.map(\.uri).filter { $0.hasPrefix("/backup") }).count == 3)
                let unknown = try await bench.run("replay", "--to", "bakcup", "--source", "shop")
                #expect(unknown.status == 64)
                #expect(unknown.errors.hasSuffix("did you mean 'backup'?\n"))
            }
        }

        @Test func `what is sent past the routes' conditions is changed by the route that leads there`() async throws {
            var configuration = Self.configuration
            configuration.routes.append(
                #"{ from: shop, to: backup, when: amount > 1000, set: { click_id: '"from-" + order_id' } }"#)
            try await Workbench.serve(configuration, tracker: ScriptedTracker.always(ScriptedTracker.taken)) {
                bench, _, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                _ = try await bench.settled(2)
                let url = "/backup?cid=from-o-1&sum=49.90"
                let dry = try await bench.run("replay", "--to", "backup", "--order-id", "o-1", "--dry-run")
                #expect(dry.lines.dropFirst().first == "  GET http://127.0.0.1:\(tracker.port)\(url)")
                #expect(try await bench.run("replay", "--to", "backup", "--order-id", "o-1").errors == "")
                _ = try await bench.settled(3)
                #expect(tracker.received.map(\.uri).filter { $0.hasPrefix("/backup") } == [url])
            }
        }

        @Test func `what is too late, or for a dry run, is not shown as sent`() async throws {
            try await Workbench.use(Self.configuration, tracker: ScriptedTracker.always(.reply(400, body: "no"))) { bench, _ in
                try await bench.serve { _, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    _ = try await bench.settled(2)
                }
                let cases = [("max_age", "1s", "  would be dead: received "), ("dry_run", "true", "  would be recorded only: ")]
                for (key, value, sentence) in cases {
                    var later = Self.configuration
                    for name in ["games", "shop-tracker"] { later[destination: name][key] = value }
                    try bench.configure(later)
                    // The sale is soon a second old.
                    try await until { try await bench.run("replay", "--failed", "--dry-run").output.contains(sentence) }
                    let dry = try await bench.run("replay", "--failed", "--dry-run")
                    #expect(dry.status == 1)
                    #expect(dry.lines.count { $0.hasPrefix(sentence) } == 2)
                    #expect(dry.lines.last == "0 would be sent, 2 would not")
                }
            }
        }

        @Test func `what would be skipped again is shown with the reason, and a destination that is gone is left alone`() async throws {
            let venue = ConfigurationText.Entry.tracker(
                "venue", "refvenue", at: "/rv", credentials: "{ publishable_key: pk-outgoing }", ["settings": "{ program_id: p }"])
            try await Workbench.use(ConfigurationText(to: [venue])) { bench, _ in
                try await bench.serve { (_, port) async throws in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    #expect(try await bench.settled(1).map { $0.text("state") } == ["skipped"])
                }
                let dry = try await bench.run("replay", "--failed", "--dry-run")
                #expect(dry.status == 1)
                #expect(dry.lines.dropFirst().first?.hasPrefix("  would be skipped: ") == true)
                #expect(dry.lines.last == "0 would be sent, 1 would not")

                try bench.configure(Self.configuration)
                let gone = try await bench.run("replay", "--failed")
                #expect(gone.status == 1)
                #expect(gone.errors == "the configuration has no destination 'venue' any more; 1 delivery stays as it is\n")
                #expect(try await bench.states() == ["venue skipped"])
            }
        }
    }
}
