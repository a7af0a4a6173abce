import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// Whole jobs of people, with the commands that the documents show.
    struct JobTests {
        // MARK: An agency between networks and its clients' trackers

        /// `examples/agency-bridge.yaml`, with the test's tracker in the place of the clients'.
        private static func agency() throws -> String {
            var text = try String(contentsOfFile: "\(Workbench.repository)/examples/agency-bridge.yaml", encoding: .utf8)
            text = text.replacing("listen: 127.0.0.1:8080", with: "listen: 127.0.0.1:0")
            for host in ["https://app.trcker.io", "https://app.refcampaign.com"] {
                text = text.replacing("url: \(host)\n", with: "url: \"http://127.0.0.1:${TRACKER}\"\n    allow_networks: [127.0.0.0/8]\n")
            }
            return text
        }

        private static let secrets = [
            "NORTH_KEY": "north-key-000000001", "RS_SECRET": "rs-secret-000000001", "TRCKER_SECRET": "trcker-secret",
            "REFCAMPAIGN_KEY": "refcampaign-key",
        ]

        /// - Parameter client: as the proxy that terminates TLS names it.
        private static func northShop(_ id: String, type: String = "SALE", client: String = "203.0.113.9") -> Sample {
            Sample(
                source: "north-shop", target: "/api/v1/conversions/postback",
                headers: [Samples.json, ("Authorization", "Bearer north-key-000000001"), ("X-Forwarded-For", client)],
                body: #"{"externalId":"\#(id)","conversionType":"\#(type)","amount":4990,"currency":"EUR","sessionId":"s-\#(id)"}"#)
        }

        private static func casino(_ click: String, amount: Int) -> Sample {
            let time = Int(Date().timeIntervalSince1970)
            let body =
                #"{"clickid":"\#(click)","event":"ftd","status":"approved","amount":"\#(amount)","currency":"USD","timestamp":\#(time)}"#
            return Sample(
                source: "casino-network", target: "/v1/event", headers: [Samples.json, ("X-RS-Sign", hmac(body, "rs-secret-000000001"))],
                body: body)
        }

        @Test func `an agency's bridge sends each client its own sales, in its own format`() async throws {
            try await ScriptedTracker.run { _, _ in
                ScriptedTracker.taken
            } body: { tracker in
                try await Workbench.use(environment: Self.secrets.merging(["TRACKER": "\(tracker.port)"]) { $1 }) { bench in
                    let example = "\(Workbench.repository)/examples/agency-bridge.yaml"
                    let check = try await bench.run("check", "--config", example)
                    #expect(check.status == 0 && check.errors == "" && check.output == "ok: \(example)\n")
                    try bench.write(Self.agency(), to: "gateway.yaml")

                    let explained = try await bench.run("explain", "--source", "north-shop", input: Self.northShop("o-1").raw)
                    #expect(explained.status == 0)
                    let url = "http://127.0.0.1:\(tracker.port)"
                    let sale = "/api/postback/client-a/spring-sale?click_id=s-o-1&amount=49.90&txn_id=o-1&event=sale&currency=EUR"
                    #expect(explained.output.contains("→ client-a\n  GET \(url)\(sale)\n  X-Postback-Secret: ***\n"))
                    #expect(explained.lines.last == "route 2 → client-b: not sent, takes from casino-network")

                    try await bench.serve { _, port in
                        #expect(try await Self.northShop("o-1").post(port).status == 200)
                        #expect(try await Self.northShop("o-2", type: "LEAD").post(port).status == 200)
                        #expect(try await Self.northShop("o-3", client: "198.51.100.1").post(port).status == 403)
                        #expect(try await Self.casino("c-1", amount: 5000).post(port).status == 200)
                        _ = try await bench.settled(2)
                        #expect(try await bench.states() == ["client-a delivered", "client-b delivered"])
                        #expect(tracker.requests(below: "api/postback") == [String(sale.dropFirst("/api/postback".count))])
                        let deposit = try JSONValue(
                            parsing: try #require(tracker.received.first { $0.uri == "/api/v1/conversions/postback" }).body)
                        #expect([deposit.text("amount"), deposit.text("currency")] == ["4000", "USD"])
                        #expect(deposit["metadata"]?.text("gross") == "50")

                        let lead = try await bench.run("conversions", "show", "o-2")
                        #expect(lead.lines.contains(#"  route 1 → client-a: not sent, wants type == "sale", is 'lead'"#), "\(lead.output)")
                        #expect(lead.lines.contains("  route 2 → client-b: not sent, takes from casino-network"), "\(lead.output)")
                        let stranger = try await bench.run("find", "o-3")
                        #expect(stranger.lines.first?.hasPrefix("refused request 1 of north-shop, ") == true, "\(stranger.output)")
                        #expect(stranger.lines.dropFirst().first?.hasPrefix("  403 ") == true, "\(stranger.output)")
                    }
                }
            }
        }

        // MARK: A lost order, and an outage

        /// As in the README's quick start.
        private static let quickStart = ConfigurationText(
            sources: [.shop],
            to: [
                .tracker(
                    "main", "trcker", at: "/trcker", credentials: "{ postback_secret: s3cret }", ["settings": "{ brand: b, offer: o }"]),
                .tracker("orders", "refersion", at: "/refersion", credentials: "{ public_key: pub_1, secret_key: sec_1 }"),
            ],
            routes: [
                #"{ from: shop, to: [main, orders], when: type == "sale" and amount > 0, set: { click_id: "coalesce(click_id, session_id)" } }"#
            ])

        private static func order(_ id: String, _ more: String = #","currency":"EUR""#) -> Sample {
            Sample(
                source: "shop", target: "/api/v1/conversions/postback",
                headers: [Samples.json, ("Authorization", "Bearer rc_test_demo_sender_1")],
                body: #"{"externalId":"\#(id)","conversionType":"SALE","amount":12000,"sessionId":"rcs_2"\#(more)}"#)
        }

        @Test func `a lost order is found, explained, run again and shown as delivered`() async throws {
            let answer: ScriptedTracker.Script = { _, request in
                let isMain = request.uri.hasPrefix("/trcker")
                return .reply(200, body: isMain ? #"{"data":{"status":"ok","conversionId":"T-1"}}"# : #"{"success":true}"#)
            }
            try await Workbench.serve(Self.quickStart, tracker: answer) { bench, gateway, port, tracker in
                #expect(try await Self.order("ord_1002", "").post(port).status == 400)
                let found = try await bench.run("find", "ord_1002")
                #expect(found.lines.first?.hasPrefix("refused request 1 of shop, ") == true)
                #expect(
                    found.lines.dropFirst() == [
                        "  400 missing_field: currency is required", "  matched externalId in its body; look at it with",
                        "    gateway refused show 1",
                    ])
                let refused = try await bench.run("refused", "--since", "1h")
                #expect(refused.lines.last?.hasSuffix("  shop    refcampaign  400     missing_field  currency is required") == true)
                let shown = try await bench.run("refused", "show", "1")
                #expect(shown.lines.prefix(2) == ["refused 1: 400 missing_field", "  currency is required"])
                #expect(shown.output.hasSuffix("  \n  \(Self.order("ord_1002", "").body)\n"))
                let early = try await bench.run("replay", "1", "--dry-run")
                #expect(early.status == 1 && early.lines.last == "  would be refused again: currency is required")

                var mended = Self.quickStart
                mended[source: "shop"]["defaults"] = "{ currency: EUR }"
                try bench.configure(mended)
                let dry = try await bench.run("replay", "1", "--dry-run")
                #expect(dry.status == 0)
                #expect(
                    dry.lines == [
                        "refused request 1, missing_field: currency is required",
                        "  would become a conversion of 'shop', for main, orders",
                    ])
                let explained = try await bench.run("explain", "--source", "shop", input: Self.order("ord_1003").raw)
                #expect(explained.status == 0)
                #expect(
                    explained.output.contains(
                        "→ main\n  GET http://127.0.0.1:\(tracker.port)/trcker/api/postback/b/o?click_id=rcs_2&amount=120.00&txn_id=ord_1003&event=sale&currency=EUR\n"
                    ))
                #expect(tracker.received.isEmpty)

                let replayed = try await bench.run("replay", "1")
                #expect(replayed.status == 0)
                #expect(replayed.lines.first?.hasPrefix("refused request 1 became conversion ") == true)
                #expect(replayed.lines.last == "1 of 1 became conversions")
                _ = try await bench.settled(2)
                let trace = try await bench.run("conversions", "show", "ord_1002")
                #expect(trace.lines.contains("→ main: delivered, tracker's id T-1"))
                #expect(trace.lines.contains { $0.hasPrefix("→ orders: skipped") }, "\(trace.output)")

                // A skipped one: the route gives what is missing, and the replay sends it.
                mended.routes = mended.routes.map { $0.replacing("session_id)\"", with: "session_id)\", cart_id: session_id") }
                try bench.configure(mended)
                #expect(try await gateway.hasLogged("1 route added"))
                let preview = try await bench.run("replay", "--failed", "--dry-run")
                #expect(preview.status == 0 && preview.lines.last?.hasPrefix("1 would be sent") == true, "\(preview.output)")
                let sent = try await bench.run("replay", "--failed")
                #expect(sent.output == "1 delivery is due now (1 skipped before); a running gateway sends within two seconds\n")
                #expect(try await bench.settled(2).map { $0.text("reason") } == ["", ""])
                #expect(try await bench.states() == ["main delivered", "orders delivered"])
                #expect(tracker.received.count == 2)
            }
        }

        @Test func `an outage at night: seen, paused, resumed, and what was given up is sent again`() async throws {
            let isDown = Atomic(true)
            let script: ScriptedTracker.Script = { _, request in
                isDown.load(ordering: .relaxed) && request.uri.hasPrefix("/trcker")
                    ? .reply(503, body: "maintenance") : ScriptedTracker.taken
            }
            var configuration = Self.quickStart
            configuration[destination: "main"]["breaker"] = "{ failures: 3, pause: 200ms, longest: 200ms }"
            configuration[destination: "main"]["retries"] = "[200ms, 200ms]"
            try await Workbench.serve(configuration, tracker: script) { bench, _, port, tracker in
                for number in 1...4 { #expect(try await Self.order("n-\(number)").post(port).status == 200) }
                let isSeen = try await eventually { () -> [String]? in
                    let lines = try await bench.run("status").lines
                    return lines.contains { $0.hasPrefix("main: down since ") } ? lines : nil
                }
                let lines = try #require(isSeen)
                #expect(lines.contains { $0.hasSuffix(" failures in a row: tracker answered 503") })
                #expect(lines.contains { $0.hasSuffix(" ago: 503 maintenance") })

                let paused = try await bench.run("pause", "main", "--reason", "their maintenance")
                #expect(paused.status == 0)
                #expect(paused.output.wholeMatch(of: /'main' is paused, \d pending; 'gateway resume main' sends them\n/) != nil)
                #expect(try await Self.order("n-5").post(port).status == 200)
                #expect(try await bench.run("destinations").lines.contains { $0.hasPrefix("main         paused  ") })
                #expect(try await bench.run("status").lines.contains("  their maintenance"))
                let plain = try await bench.run("replay", "--destination", "main", "--dry-run")
                // The running gateway looks at what is paused once a second, so the last tries may have gone out before it did.
                #expect(plain.errors.contains(" pending and ") || plain.output.contains("5 would be sent"), "\(plain.errors)")

                let resumed = try await bench.run("resume", "main")
                #expect(resumed.output == "'main' is resumed; a running gateway sends within a second\n")
                // Too early: the tracker is still down, and the schedule ends.
                try await until { try await bench.states().count { $0 == "main dead" } == 5 }
                let dead = try await bench.run("deliveries", "--failed", "--destination", "main")
                #expect(dead.lines.dropFirst().count == 5)
                #expect(
                    dead.lines.dropFirst().allSatisfy { $0.contains("tracker answered 503: maintenance; attempt 3 of 3, no more tries") })

                isDown.store(false, ordering: .relaxed)
                let before = tracker.received.count
                let status = try await bench.run("status").output
                #expect(status.contains("\n  5 given up (dead); see `gateway deliveries --state dead --destination main`\n"), "\(status)")
                let preview = try await bench.run("replay", "--destination", "main", "--state", "dead", "--dry-run")
                #expect(preview.status == 0 && preview.lines.last == "5 would be sent (5 as last time), 0 would not")
                #expect(tracker.received.count == before)
                let sent = try await bench.run("replay", "--destination", "main", "--state", "dead")
                #expect(sent.output == "5 deliveries are due now (5 dead before); a running gateway sends within two seconds\n")
                try await until { try await bench.states().count { $0 == "main delivered" } == 5 }
                #expect(tracker.received.count == before + 5)
                // What a running gateway says of itself is a second old at most.
                try await until { try await bench.run("status").lines.contains("main: ok") }
            }
        }
    }
}
