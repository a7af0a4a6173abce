import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// The console as a browser gets it: pages out, forms in.
    struct ConsolePagesTests {
        private static let main = ConfigurationText.Entry.tracker(
            "main", "trcker", at: "/tk", credentials: "{ postback_secret: outgoing-token }", ["settings": "{ brand: b, offer: o }"])
        private static let configuration = ConfigurationText(sources: [.shop], to: [main])
        private static let taken = ScriptedTracker.Answer.reply(200, body: #"{"data":{"status":"ok","conversionId":"T-900"}}"#)

        @Test func `a sale is found by its order id, and its page says where it went and where each field came from`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, port, _ in
                #expect(try await Samples.sale("ord_1001").post(port).status == 200)
                _ = try await bench.settled(1)
                let page = try await browser.get("/find?q=ord_1001")
                #expect(page.status == 200)
                for words in [
                    "sale, EUR 49.90 · order ord_1001", "main delivered", "The tracker took it.", "The tracker's own id for it: T-900",
                    "order_id ord_1001 externalId", "POST /api/v1/conversions/postback", "X-Postback-Secret: ***", "received from shop",
                ] { #expect(page.words.contains(words), "\(words)") }
                #expect(!page.text.contains("outgoing-token"))
                #expect(!page.text.contains("rc_test_demo_sender_1"))
                let id = try #require(try await bench.rows("conversions").first).text("id")
                #expect(try await browser.get("/conversions/\(id)").text == page.text)
                #expect(try await browser.get("/find?q=\(id.prefix(20))").text == page.text)
                #expect(try await browser.get("/find?q=T-900").words.contains("sale, EUR 49.90, order ord_1001"))
            }
        }

        @Test func `a refused order is found, explained, corrected in a copy and sent`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, port, tracker in
                var lost = Samples.sale("ord_1002")
                lost.body = lost.body.replacing(#","currency":"EUR""#, with: "")
                #expect(try await lost.post(port).status == 400)
                let found = try await browser.get("/find?q=ord_1002")
                #expect(found.words.contains("Refused request 1 400 missing_field currency is required"))
                #expect(found.words.contains("Matched: externalId in its body"))
                let page = try await browser.get("/refused/1")
                #expect(page.words.contains("Would be refused again: currency is required."))
                let right = lost.body.replacing("}", with: #","currency":"EUR"}"#)
                let verdict = try await browser.post("/refused/1", ["body": right, "query": "", "do": "judge"])
                #expect(verdict.words.contains("What would become of your copy Would become a conversion of 'shop', for main."))
                #expect(tracker.received.isEmpty)
                let trace = try await browser.post("/refused/1", ["body": right, "query": "", "do": "run"])
                #expect(trace.words.contains("order ord_1002"))
                #expect(trace.words.contains("run again from refused request 1 with another body"))
                _ = try await bench.settled(1)
                #expect(try await bench.states() == ["main delivered"])
                #expect(tracker.received.count == 1)
                #expect(try await browser.get("/actions").words.contains("ran refused request 1 again, with another body"))
                #expect(try await browser.post("/refused/1", ["body": right, "query": "", "do": "run"]).status == 409)
            }
        }

        @Test func `what did not arrive stands by its reason, and exactly the set that was looked at is sent again`() async throws {
            let isRepaired = Latch()
            let script: ScriptedTracker.Script = { _, _ in
                isRepaired.isOpen ? Self.taken : .reply(400, body: #"{"error":"unknown click id"}"#)
            }
            try await Workbench.browse(Self.configuration, tracker: script) { bench, browser, port, tracker in
                for number in 1...3 { #expect(try await Samples.sale("lost-\(number)").post(port).status == 200) }
                _ = try await bench.settled(3)
                let overview = try await browser.get("/")
                #expect(overview.words.contains("Lost today EUR 149.70"))
                #expect(overview.words.contains("3 deliveries to main, EUR 149.70 rejected"))
                let dead = try await browser.get("/dead?since=today")
                #expect(dead.words.contains("3 deliveries to main rejected"))
                #expect(dead.words.contains("unknown click id"))
                let preview = try await browser.get("/replay?destination=main&state=rejected")
                #expect(preview.words.contains("Send 3 deliveries again"))
                #expect(preview.words.contains("The same as the last try."))
                let set = try #require(preview.field("set"))

                // What comes meanwhile is no part of it.
                #expect(try await Samples.sale("lost-4").post(port).status == 200)
                _ = try await bench.settled(4)
                isRepaired.open()
                let sent = try await browser.post("/replay", ["set": set])
                #expect(sent.words.contains("3 deliveries are due now; the gateway sends within two seconds."))
                _ = try await bench.settled(4)
                #expect(try await bench.states() == ["main delivered", "main delivered", "main delivered", "main rejected"])
                #expect(tracker.received.count == 7)
                #expect(try await browser.post("/replay", ["set": set]).status == 409)
                #expect(try await browser.get("/actions").words.contains("sent again 3 deliveries to main: 3 of 3 made due"))
            }
        }

        @Test func `a destination is paused and resumed with a button`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, port, _ in
                _ = try await browser.get("/")
                #expect(try await browser.post("/destinations/main/pause", ["to": "/"]).words.contains("main paused"))
                #expect(try await bench.state(of: "main") == "paused")
                #expect(try await browser.post("/destinations/main/resume", ["to": "/"]).words.contains("Pause main"))
                #expect(try await bench.state(of: "main") == "ok")
                #expect(try await browser.post("/destinations/nobody/pause").status == 404)
                let actions = try await browser.get("/actions")
                #expect(actions.words.contains("(no sign-in) 127.0.0.1 resumed main"))
                #expect(actions.words.contains("(no sign-in) 127.0.0.1 paused main"))
            }
        }

        @Test func `the workbench shows what an edited mapping and edited routes change, and sends nothing`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, _, tracker in
                let page = try await browser.get("/workbench")
                #expect(page.words.contains("order_id ord_42 externalId"))
                #expect(page.words.contains("To main"))
                let mapping = try #require(MappingCatalog.builtIn.text(of: "refcampaign"))
                let edited = mapping.replacing("\n  clickId:", with: "\n  note: { is: coupon_code }\n  clickId:")
                #expect(edited != mapping)
                let request = Samples.sale("ord_7", more: #","note":"voucher-7""#).raw.split(separator: "\r\n").filter {
                    !$0.hasPrefix("Content-Length")
                }
                .joined(separator: "\n").replacing("\n{", with: "\n\n{")
                func ask(_ mapping: String, _ routes: String) async throws -> Browser.Page {
                    try await browser.post(
                        "/workbench",
                        [
                            "source": "shop", "tracker": "refcampaign", "edited": "refcampaign", "request": request, "mapping": mapping,
                            "routes": routes,
                        ])
                }
                let routes = #"- { from: "*", to: main, set: { coupon_code: 'lower("SPRING")' } }"#
                let same = try await ask(mapping, #"- { from: "*", to: main }"#)
                #expect(same.words.contains("The same as without your edit."))
                let routed = try await ask(mapping, routes)
                #expect(routed.words.contains("What becomes of it with your edit"))
                #expect(routed.words.contains("+ query coupon_code: spring"))
                let mapped = try await ask(edited, #"- { from: "*", to: main }"#)
                #expect(mapped.words.contains("coupon_code voucher-7 note"))
                #expect(mapped.words.contains("+ query coupon_code: voucher-7"))
                let wrong = try await ask(mapping.replacing("tracker:", with: "trakker:"), #"- { from: "*", to: nobody }"#)
                #expect(wrong.words.contains("refcampaign.yaml:"))
                #expect(wrong.words.contains("unknown destination 'nobody'"))
                #expect(tracker.received.isEmpty)
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }

        @Test func `the workbench says what an edit would change of the newest requests`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, port, tracker in
                #expect(try await Samples.sale("big", cents: 9900).post(port).status == 200)
                #expect(try await Samples.sale("small", cents: 100).post(port).status == 200)
                _ = try await bench.settled(2)
                _ = try await browser.get("/workbench")
                let routes = #"- { from: "*", to: main, when: amount > 50 }"#
                let page = try await browser.post("/workbench", ["source": "shop", "routes": routes, "do": "survey"])
                #expect(page.words.contains("1 of 2 requests would come out differently."))
                #expect(page.words.contains("small : main would get something else"))
                #expect(tracker.received.count == 2)
            }
        }

        @Test func `a tracker's page has both directions side by side, from its file`() async throws {
            try await Workbench.browse(Self.configuration) { _, browser, _, _ in
                #expect(try await browser.get("/trackers").words.contains("Source: shop"))
                let page = try await browser.get("/trackers/trcker")
                #expect(page.words.contains("click_id query click_id text; required text; required"))
                #expect(page.words.contains("Credential postback_secret in the header X-Postback-Secret or the query as secret"))
                #expect(page.words.contains("invalid postback secret"))
                #expect(try await browser.get("/trackers/nobody").status == 404)
                for name in MappingCatalog.builtIn.names { #expect(try await browser.get("/trackers/\(name)").status == 200, "\(name)") }
            }
        }
    }
}
