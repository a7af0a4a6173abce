import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Retention, forgetting and the doctor, beside a running gateway.
    struct UpkeepTests {
        private static let main = ConfigurationText.Entry.postback("main", "/pb?cid={click_id}&mail={customer.email}")
        private static let routes = [#"{ from: "*", to: main, set: { click_id: "coalesce(click_id, order_id, customer.email)" } }"#]
        private static let configuration = ConfigurationText(to: [main], routes: routes)

        private func buy(_ order: String, _ email: String) -> Sample {
            var sample = Samples.refersion
            sample.body = sample.body.replacing("20150401102883", with: order).replacing("john.doe@example.com", with: email)
            return sample
        }

        @Test func `old requests and attempts are pruned beside a running gateway, and conversions stay`() async throws {
            var configuration = Self.configuration
            configuration["retention"] = "{ requests: 1s, attempts: 1s, repeats: off, max_size: 1GB }"
            try await Workbench.serve(configuration) { bench, _, port, _ in
                for number in 1...3 { #expect(try await buy("o-\(number)", "jane@example.com").post(port).status == 200) }
                let rows = try await bench.settled(3)
                let conversions = try await bench.rows("conversions")
                // All of it is soon old enough.
                try await until { try await bench.run("prune", "--dry-run").lines.first == "would prune 3 raw requests, 3 attempts" }
                let run = try await bench.run("prune")
                #expect(run.status == 0)
                #expect(run.lines.first == "pruned 3 raw requests, 3 attempts")
                #expect(try await bench.run("prune").lines.first == "nothing is old enough to be pruned")
                #expect(try await bench.rows("deliveries") == rows)
                #expect(try await bench.rows("conversions") == conversions)
                let shown = try await bench.run("conversions", "show", "--json", rows[0].text("conversion"))
                #expect(try JSONValue(parsing: shown.output)["request"] == nil)
                // Equal content is still known as the same.
                #expect(try await buy("o-1", "jane@example.com").post(port).status == 200)
                #expect(try await bench.rows("conversions").count == 3)
            }
        }

        @Test func `without retention there is nothing to prune, and wrong ages are named`() async throws {
            try await Workbench.use(Self.configuration) { bench, _ in
                let run = try await bench.run("serve", "--config", "nope.yaml")
                #expect(run.status == 78)
                try await bench.serve { _, _ in
                    let prune = try await bench.run("prune")
                    #expect(prune.status == 1)
                    #expect(prune.errors.hasPrefix("the configuration has no retention, so everything is kept; write retention: {"))
                }
                var wrong = Self.configuration
                wrong["retention"] = "{ requests: 90, attempt: 30d, max_size: 10 }"
                try bench.configure(wrong)
                let check = try await bench.run("check")
                #expect(check.status == 1)
                let place = "gateway.yaml:3:"
                #expect(
                    check.errors.split(separator: "\n").filter { $0.contains(": error: ") }.map(String.init) == [
                        "\(place)24: error: 'requests' must be a duration such as 5s, 30m, 24h or 30d, found '90'",
                        "\(place)28: error: unknown key 'attempt' in 'retention'; did you mean 'attempts'?",
                        "\(place)52: error: 'max_size' must be a size such as 500KB, 1MB or 64MiB, found '10'",
                    ])
            }
        }

        @Test func `a person is forgotten beside a running gateway, and no byte is left in its files`() async throws {
            let script: ScriptedTracker.Script = { _, request in .reply(400, body: "no: \(request.uri)") }
            try await Workbench.use(Self.configuration, tracker: script) { bench, _ in
                try await bench.serve("--log-level", "error") { _, port in
                    for number in 1...30 {
                        let email = number % 10 == 0 ? "Jane.Roe+x@Example.com" : "other-\(number)@example.com"
                        #expect(try await buy("o-\(number)", email).post(port).status == 200)
                    }
                    #expect(try await buy("", "jane.roe+x@example.com").post(port).status == 400)
                    _ = try await bench.settled(30)
                    let before = try await bench.rows("conversions").map { "\($0.text("order_id")) \($0.text("amount"))" }
                    let dry = try await bench.run("forget", "--email", "jane.roe+x@example.com", "--dry-run")
                    #expect(
                        dry.lines == [
                            "would change:", "  3 conversions without their customer", "  3 raw requests removed",
                            "  3 attempts without what was sent and answered", "  3 deliveries with a reason that named them",
                            "  1 refused request removed",
                        ])
                    #expect(try bench.storeFiles(holding: "Roe").isEmpty == false)
                    let run = try await bench.run("forget", "--email", " JANE.ROE+x@example.com")
                    #expect(run.status == 0, "\(run.errors)")
                    #expect(run.lines.first == "changed:")
                    for text in ["Jane.Roe", "jane.roe", "JANE.ROE", "Roe%2Bx"] {
                        #expect(try bench.storeFiles(holding: text) == [], "\(text)")
                    }
                    #expect(try await bench.rows("conversions").map { "\($0.text("order_id")) \($0.text("amount"))" } == before)
                    #expect(try await bench.rows("refused").isEmpty)
                    #expect(
                        try await bench.run("forget", "--email", "jane.roe+x@example.com").output == "nothing of this person is stored\n")
                    // The service goes on.
                    #expect(try await buy("o-99", "new@example.com").post(port).status == 200)
                    #expect(try await bench.settled(31).count == 31)
                    let doctor = try await bench.run("doctor", "--json")
                    #expect(doctor.status == 0, "\(doctor.output)")
                }
            }
        }

        @Test func `what is still pending is forgotten only with --also-pending`() async throws {
            try await Workbench.use(Self.configuration, tracker: ScriptedTracker.always(.reply(503))) { bench, _ in
                try await bench.serve { (_, port) async throws in
                    #expect(try await buy("o-1", "jane@example.com").post(port).status == 200)
                }
                let refused = try await bench.run("forget", "--email", "jane@example.com")
                #expect(refused.status == 1)
                #expect(refused.errors.hasSuffix("; nothing was changed; wait until it has ended, or add --also-pending\n"))
                #expect(refused.output == "")
                let run = try await bench.run("forget", "--email", "jane@example.com", "--also-pending", "--json")
                #expect(run.status == 0)
                #expect(try JSONValue(parsing: run.output)["conversions"] == 1)
                #expect(try await bench.states() == ["main pending"])
                #expect(try bench.storeFiles(holding: "jane@example.com") == [])
                let usage = try await bench.run("forget", "--email", "jane")
                #expect(usage.status == 64)
                #expect(usage.errors.hasPrefix("Error: --email takes an address such as jane@example.com, found 'jane'"))
            }
        }

        @Test func `the doctor names what is wrong and what would do`() async throws {
            let more: [ConfigurationText.Entry] = [
                .postback("gone", "", ["postback_url": #""http://127.0.0.1:1/pb?cid={click_id}""#]),
                ConfigurationText.Entry("inner", ["postback_url": #""http://localhost:${TRACKER}/pb?cid={click_id}""#]),
                ConfigurationText.Entry("lost", ["postback_url": #""https://no-such-host.invalid/pb?cid={click_id}""#]),
            ]
            try await Workbench.serve(ConfigurationText(to: [Self.main] + more, routes: Self.routes)) { bench, _, _, tracker in
                #expect(chmod("\(bench.folder)/gateway.db", 0o646) == 0)
                let run = try await bench.run("doctor")
                #expect(run.status == 1)
                let lines = run.lines
                for part in [
                    "problem  permissions          everyone on this machine may write the store 'gateway.db'",
                    "ok       store                sound, schema ", "ok       sums ", "ok       writing ",
                    "ok       backlog              nothing is pending",
                    "ok       destination 'main'   127.0.0.1:\(tracker.port) is reached at 127.0.0.1, without TLS",
                    "problem  destination 'gone'   connection to 127.0.0.1:1 refused",
                    "problem  destination 'inner'  host 'localhost' has the address ",
                    "problem  destination 'lost'   host 'no-such-host.invalid' not found",
                ] {
                    #expect(lines.contains { $0.hasPrefix(part) || $0.contains(part) }, "\(part) in \(run.output)")
                }
                #expect(tracker.received.isEmpty)
            }
        }
    }
}
