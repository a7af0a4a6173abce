import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// `gateway explain` and `gateway replay`.
    struct ExplainTests {
        private static let environment = [
            "DEMO_LISTEN": "127.0.0.1:0", "DEMO_CONSOLE": "127.0.0.1:0", "DEMO_STORE": "demo.db", "SANDBOX": "http://127.0.0.1:1",
        ]

        @Test func `each dialect is explained from a file, from standard input and from its body alone`() async throws {
            try await Workbench.use(environment: Self.environment) { bench in
                try bench.write(DirectionFixture.demo, to: "gateway.yaml")
                for sample in Samples.all {
                    try bench.write(sample.raw, to: "request.http")
                    let crlf = try await bench.run("explain", "--source", sample.source, "request.http")
                    #expect(crlf.status == 0, "\(crlf.errors)")
                    #expect(crlf.output.split(separator: "\n").filter { $0.hasPrefix("→ to-") }.count == 5)
                    #expect(!crlf.output.contains("skipped"))
                    try bench.write(sample.raw.replacing("\r\n", with: "\n") + "\n", to: "request.http")
                    let lf = try await bench.run("explain", "--source", sample.source, "request.http")
                    #expect(steady(lf.output) == steady(crlf.output))
                    let input = try await bench.run(
                        "explain", "--config", "gateway.yaml", "--source", sample.source, "-", input: sample.raw)
                    #expect(steady(input.output) == steady(crlf.output))
                    let alone = sample.body.isEmpty ? sample.target : sample.body
                    let short = try await bench.run(
                        "explain", "--source", sample.source, input: sample.body.isEmpty ? String(alone.drop { $0 != "?" }) : alone)
                    #expect(
                        steady(short.output).split(separator: "\n").dropFirst() == steady(crlf.output).split(separator: "\n").dropFirst())
                    for secret in ["rc_test", "pk_test", "demo-secret", "demo-public", "sandbox-", "postback-secret", "your_secret_key"] {
                        #expect(!crlf.output.contains(secret), "\(secret) in \(crlf.output)")
                    }
                }
                #expect(!FileManager.default.fileExists(atPath: "\(bench.folder)/demo.db"))
            }
        }

        @Test func `a query alone does not say what is in a path, unless the source does`() async throws {
            var network = ConfigurationText.Entry.network
            network["settings"] = "{ brand: your-brand }"
            try await Workbench.use(ConfigurationText(sources: [network, .network.named("whole")])) { bench, _ in
                let query = "click_id=c-1&txn_id=t-1&amount=5&event=sale"
                let open = try await bench.run("explain", "--source", "network", input: query)
                #expect(open.status == 64 && open.output == "", "\(open.status) \(open.output)")
                let words = open.errors.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                #expect(
                    words.contains(
                        "a query alone does not say what {offer} in the path /api/postback/{brand}/{offer} is; begin the file with a request line "
                            + "such as 'GET /api/postback/{brand}/{offer} HTTP/1.1' with its value in it"), "\(words)")
                let whole = try await bench.run("explain", "--source", "whole", input: query)
                #expect(whole.status == 0 && whole.output.contains("offer-slug"), "\(whole.output) \(whole.errors)")
                let line = try await bench.run(
                    "explain", "--source", "network", input: "GET /api/postback/your-brand/spring?\(query) HTTP/1.1\r\n\r\n")
                #expect(line.status == 0 && line.output.contains("spring"), "\(line.output) \(line.errors)")
            }
        }

        /// Without what the clock decides.
        private func steady(_ output: String) -> String {
            output.replacing(#/01[0-9A-Z]{24}/#, with: "ID").replacing(#/"timestamp":\d+/#, with: "NOW").replacing(
                #/X-RS-Sign: \w+/#, with: "SIGN")
        }

        @Test func `a conversion is shown field by field with the request for each destination`() async throws {
            try await Workbench.use(environment: Self.environment) { bench in
                try bench.write(DirectionFixture.demo, to: "gateway.yaml")
                let run = try await bench.run("explain", "--source", "network", input: Samples.trcker.raw)
                #expect(
                    run.lines.first
                        == "GET /api/postback/your-brand/offer-slug?secret=***&click_id=a1b2c3d4-e5f6-...&amount=49.99&txn_id=order-12345 as Trcker, source 'network'"
                )
                #expect(run.lines.contains("  amount    USD 49.99               amount"))
                #expect(run.lines.contains("  currency  USD                     Trcker's default"))
                #expect(run.lines.contains("same conversion again: order_id 'order-12345'"))
                #expect(run.lines.contains("  X-Postback-Secret: ***"))
                #expect(
                    run.lines.contains(
                        #"  {"publishable_key":"***","program_id":"prog_demo","coupon_code":"DEMO20","conversion_type":"purchase","revenue_amount":49.99}"#
                    ))
                let refused = try await bench.run(
                    "explain", "--source", "shop", input: #"{"externalId":"o","conversionType":"SALE","amount":49.9,"currency":"EUR"}"#)
                #expect(refused.status == 1)
                #expect(
                    refused.lines.dropFirst().prefix(2) == [
                        "refused: invalid_amount", "  amount '49.9' must be a whole number of minor units (EUR: 49.90 is 4990)",
                    ])
                for (input, sentence) in [
                    ("", "the request is empty\n"),
                    (
                        "hello world",
                        "the first line must be a request line such as 'POST /api/v1/conversions/postback HTTP/1.1', found 'hello world'\n"
                    ),
                    (
                        "POST /api/v1/conversions/postback HTTP/1.1\nno colon\n\n{}",
                        "a header needs a colon, found 'no colon'; an empty line comes before the body\n"
                    ),
                ] {
                    let run = try await bench.run("explain", "--source", "shop", input: input)
                    #expect(run.status == 64)
                    #expect(run.errors == sentence)
                }
            }
        }

        @Test func `replay shows first, then sends again by id and by filter, and runs refused requests again`() async throws {
            let configuration = ConfigurationText(to: [.postback("main", "/pb?cid={click_id}&sum={amount}")])
            try await Workbench.serve(configuration, tracker: ScriptedTracker.first(.reply(404), then: .reply(200))) {
                bench, _, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                let row = try #require(try await bench.settled(1).first)
                #expect(row.text("state") == "rejected")
                let id = row.text("conversion")

                for arguments in [[id], ["\(id):main"], ["--state", "rejected"], ["--destination", "main"], ["--order-id", "o-1"]] {
                    let dry = try await bench.run(["replay", "--dry-run"] + arguments)
                    #expect(dry.status == 0)
                    #expect(
                        dry.lines == [
                            "→ main, conversion \(id), now rejected: tracker answered 404",
                            "  GET http://127.0.0.1:\(tracker.port)/pb?cid=click-o-1&sum=49.90",
                            "  the same as attempt 1 of \(try await bench.firstAttempt(of: "\(id):main").text("started_at")), rejected 404: ",
                            "1 would be sent (1 as last time), 0 would not",
                        ])
                }
                #expect(try await bench.rows("deliveries") == [row])
                #expect(tracker.received.count == 1)

                let real = try await bench.run("replay", "--state", "rejected")
                #expect(real.output == "1 delivery is due now (1 rejected before); a running gateway sends within two seconds\n")
                #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
                #expect(tracker.received.map(\.uri) == Array(repeating: "/pb?cid=click-o-1&sum=49.90", count: 2))
                #expect(try await bench.run("replay", "\(id):main").status == 0)
                try await until { tracker.received.count == 3 }

                // The source's currency was forgotten; with it the refused request is a conversion.
                let lost = Sample(
                    source: "network", method: "GET",
                    target: "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=c-9&txn_id=o-9&amount=1,5")
                #expect(try await lost.post(port).body == #"{"error":"amount '1,5' has a decimal comma; write 1.5"}"#)
                let refused = try #require(try await bench.rows("refused").first)
                let number = refused.text("id")
                let again = try await bench.run("replay", number)
                #expect(again.status == 1)
                #expect(again.errors == "refused request \(number) is refused again: amount '1,5' has a decimal comma; write 1.5\n")
                #expect(again.output == "0 of 1 became conversions\n")

                let short = Sample(source: "casino", target: "/v1/event", headers: [Samples.json], body: #"{"clickid":"c-7"}"#)
                #expect(try await short.post(port).status == 401)
                let stranger = try #require(try await bench.rows("refused", "--strangers").first).text("id")
                let unknown = try await bench.run("replay", stranger)
                #expect(unknown.status == 1)
                #expect(
                    unknown.errors
                        == "refused request \(stranger): this request came from a stranger; name its source with --source NAME\n")
                let nothing = try await bench.run("replay", "4711")
                #expect(nothing.status == 1)
                #expect(
                    nothing.errors
                        == "there is no refused request 4711; `gateway refused` lists them; for an order id write `gateway replay --order-id 4711`\n"
                )
            }
        }

        @Test func `what is replayed while no gateway runs is sent by the next one`() async throws {
            let configuration = ConfigurationText(to: [.postback("main", "/pb?cid={click_id}")])
            try await Workbench.use(configuration, tracker: ScriptedTracker.first(.reply(400), then: .reply(200))) { bench, tracker in
                try await bench.serve { (_, port) async throws in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    #expect(try await bench.settled(1).map { $0.text("state") } == ["rejected"])
                }
                #expect(try await bench.run("replay", "--destination", "main").status == 0)
                #expect(try await bench.states() == ["main pending"])
                #expect(tracker.received.count == 1)
                try await bench.serve { (_, _) async throws in
                    #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
                    #expect(tracker.received.count == 2)
                }
            }
        }

        @Test func `a refused request becomes a conversion once the configuration is right`() async throws {
            var configuration = ConfigurationText()
            configuration[source: "saas"]["defaults"] = "{ type: sale }"
            try await Workbench.use(configuration) { (bench, _) async throws in
                let body = #"{"publishable_key":"pk_test_demo_sender_1","program_id":"p","coupon_code":"C","conversion_type":"purchase"}"#
                let sample = Sample(source: "saas", target: "/v1/track-conversion", headers: [Samples.json], body: body)
                try await bench.serve { (_, port) async throws in #expect(try await sample.post(port).status == 400) }
                configuration[source: "saas"]["defaults"] = "{ amount: 5, currency: USD }"
                try bench.configure(configuration)
                let dry = try await bench.run("replay", "--dry-run", "1")
                #expect(dry.lines.last == "  would become a conversion of 'saas', for no destination")
                #expect(try await bench.rows("conversions").isEmpty)
                let real = try await bench.run("replay", "--refused", "--source", "saas")
                #expect(real.status == 0)
                #expect(real.lines.last == "1 of 1 became conversions")
                let rows = try await bench.rows("conversions")
                #expect(rows.map { "\($0.text("source")) \($0.text("currency")) \($0.text("amount"))" } == ["saas USD 5.00"])
                #expect(try await bench.rows("refused").map { $0.text("replayed_as") } == rows.map { $0.text("id") })
            }
        }
    }
}
