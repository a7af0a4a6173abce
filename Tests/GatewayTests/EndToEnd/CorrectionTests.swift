import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// A later message about a conversion reaches every tracker as that one can take it.
    struct CorrectionTests {
        @Test func `a deposit's status travels to every tracker as it can take it`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration()) { bench, port, tracker in
                let first = try await CorrectionFixture.event("pending").post(port)
                #expect(first.status == 200)
                _ = try await bench.settled(4)
                for status in ["approved", "rejected"] {
                    #expect(try await CorrectionFixture.event(status).post(port).status == 200)
                }
                // Late, so it changes nothing.
                #expect(try await CorrectionFixture.event("approved", more: #","geo":"DE""#).post(port).status == 200)
                _ = try await bench.settled(12)
                #expect(
                    tracker.requests(below: "rs") == [
                        #"/v1/event {"amount":"50.00","clickid":"c-1","currency":"EUR","event":"ftd","status":"pending","timestamp":1717000000}"#,
                        #"/v1/event {"amount":"50.00","clickid":"c-1","currency":"EUR","event":"ftd","status":"approved","timestamp":1717000000}"#,
                        #"/v1/event {"amount":"50.00","clickid":"c-1","currency":"EUR","event":"rejected","status":"rejected","timestamp":1717000000}"#,
                    ])
                #expect(
                    tracker.requests(below: "pb") == [
                        "?cid=c-1&sum=50.00&st=pending", "?cid=c-1&sum=50.00&st=approved", "?cid=c-1&sum=50.00&st=rejected&back=50.00",
                    ])
                let conversions = try await bench.rows("conversions")
                #expect(conversions.map { $0.text("status") } == ["rejected"])
                let id = conversions.first?.text("id") ?? ""
                try await Self.expectOwnStates(conversions.first, bench)
                #expect(tracker.requests(below: "rc").count == 2)
                #expect(tracker.requests(below: "rc").last == #"/api/v1/conversions/refund {"externalId":"\#(id)"}"#)
                #expect(tracker.requests(below: "tk").count == 1)
                let shown = try JSONValue(parsing: try await bench.run("conversions", "show", "--json", id).output)
                guard case .array(let corrections)? = shown["corrections"], case .array(let repeats)? = shown["repeats"] else {
                    Issue.record("no history: \(shown)")
                    return
                }
                #expect(corrections.map { $0["conversion"]?.text("status") } == ["approved", "rejected"])
                #expect(repeats.map { $0.text("note") } == ["the conversion is rejected, which is final"])
                let reasons = try await bench.rows("deliveries", "--state", "skipped").map {
                    "\($0.text("destination")): \($0.text("reason"))"
                }
                #expect(
                    reasons == [
                        "tk: Trcker's page has neither a refund nor a status, so the status 'rejected' was not sent",
                        "rc: RefCampaign's postback has neither a status nor a way to change an amount, so the status 'approved' was not sent",
                        "tk: Trcker's page has neither a refund nor a status, so the status 'approved' was not sent",
                    ])
            }
        }

        /// What the trackers took of the sale is not hidden by what they could not take of its corrections.
        private static func expectOwnStates(_ row: JSONValue?, _ bench: Workbench) async throws {
            guard case .array(let deliveries)? = row?["deliveries"] else {
                Issue.record("no deliveries")
                return
            }
            let states = deliveries.map { delivery in
                guard case .array(let corrections)? = delivery["corrections"] else { return delivery.text("state") }
                return ([delivery.text("state")] + corrections.map { $0.text("state") }).joined(separator: " ")
            }
            // In the order of their names: pb, rc, rs, tk.
            #expect(
                states == [
                    "delivered delivered delivered", "delivered skipped delivered", "delivered delivered delivered",
                    "delivered skipped skipped",
                ])
            #expect(try await bench.rows("conversions", "--state", "skipped").isEmpty)
            #expect(try await bench.rows("conversions", "--state", "delivered").count == 1)
            let table = try await bench.run("conversions").output
            #expect(
                table.contains(
                    "rc delivered (corrections 1 delivered 1 skipped), rs delivered (corrections 2 delivered), tk delivered (corrections 2 skipped)"
                ))
        }

        @Test func `refunds add up, count once and never exceed the sale`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration()) { bench, port, tracker in
                let sale = try await Samples.sale("o-1").post(port)
                let id = try JSONValue(parsing: sale.body).text("conversionId")
                _ = try await bench.settled(4)
                for (more, key, status, message) in [
                    (#","amount":1000"#, nil, 200, ""),
                    // The same call again, and then one with a key that makes it another call.
                    (#","amount":1000"#, nil, 200, "Conversion already refunded"),
                    (#","amount":1000"#, "second", 200, ""),
                    (#","amount":2991"#, nil, 422, ""),
                    ("", nil, 200, ""),
                    ("", "again", 200, "Conversion already refunded"),
                ] as [(String, String?, Int, String)] {
                    let answer = try await CorrectionFixture.refund("o-1", more, key: key).post(port)
                    #expect(answer.status == status, "\(more) \(answer.body)")
                    let reply = try JSONValue(parsing: answer.body)
                    #expect(reply.text("message") == message, "\(more) \(answer.body)")
                    if status == 200 { #expect(reply.text("conversionId") == id) }
                }
                _ = try await bench.settled(16)
                #expect(
                    tracker.requests(below: "rc").dropFirst() == [
                        #"/api/v1/conversions/refund {"externalId":"o-1","amount":1000}"#,
                        #"/api/v1/conversions/refund {"externalId":"o-1","amount":1000}"#,
                        #"/api/v1/conversions/refund {"externalId":"o-1","amount":2990}"#,
                    ])
                #expect(
                    tracker.requests(below: "pb") == [
                        "?cid=click-o-1&sum=49.90", "?cid=click-o-1&sum=49.90&back=10.00", "?cid=click-o-1&sum=49.90&back=10.00",
                        "?cid=click-o-1&sum=49.90&st=refunded&back=29.90",
                    ])
                let refused = try await bench.rows("refused")
                #expect(
                    refused.map { $0.text("reason") } == [
                        "a refund of EUR 29.91 is more than the EUR 29.90 that is left; EUR 20.00 of EUR 49.90 went back before"
                    ])
                #expect(refused.map { $0.text("code") } == ["invalid_amount"])
                let row = try await bench.rows("conversions").first
                #expect([row?.text("status"), row?.text("amount"), row?.text("refunded")] == ["refunded", "49.90", "49.90"])
                let list = Sample(
                    source: "shop", method: "GET", target: "/api/v1/conversions",
                    headers: [("Authorization", "Bearer rc_test_demo_sender_1")])
                #expect(try await list.post(port).body.contains(#""externalId":"o-1""#))
            }
        }

        @Test func `of refunds whose sale has not come, so many wait and one more is asked to come back`() async throws {
            var configuration = CorrectionFixture.configuration(to: ["pb"])
            configuration["limits"] = "{ waiting: 102 }"
            try await CorrectionFixture.run(configuration) { bench, port, _ in
                for cents in 1...100 {
                    #expect(try await CorrectionFixture.refund("o-1", #","amount":\#(cents)"#).post(port).status == 200)
                }
                let more = CorrectionFixture.refund("o-1", #","amount":101"#)
                let ofOrder =
                    "100 corrections wait for the conversion with externalId 'o-1', which was not received yet, and no more may wait; "
                let answer = try await more.post(port)
                #expect(answer.status == 429 && answer.headers["retry-after"] == "60")
                #expect(
                    answer.body.contains(#""code":"RATE_LIMIT_EXCEEDED","message":"\#(ofOrder)send the conversion first"#), "\(answer.body)"
                )
                for order in 2...3 { #expect(try await CorrectionFixture.refund("o-\(order)").post(port).status == 200) }
                let ofSource = try await CorrectionFixture.refund("o-4").post(port)
                #expect(ofSource.status == 429 && ofSource.headers["retry-after"] == "60")
                #expect(ofSource.body.contains("102 corrections of this source wait for conversions that were not received yet"))
                #expect(try await bench.rows("refused").map { $0.text("code") } == ["rate_limited", "rate_limited"])
                #expect(try await bench.rows("conversions", "--waiting").count == 102)
                let explained = try await bench.run("explain", "--source", "shop", input: more.raw)
                #expect(explained.status == 1 && explained.output.contains("refused: rate_limited"))

                // The sale takes what waits for it, and then there is room again.
                #expect(try await Samples.sale("o-1", cents: 10_000).post(port).status == 200)
                #expect(try await more.post(port).status == 200)
                #expect(try await CorrectionFixture.refund("o-4").post(port).status == 200)
                let conversions = try await bench.rows("conversions")
                #expect(conversions.map { $0.text("refunded") } == ["51.51"])
            }
        }

        @Test func `explain shows what a refund would become`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc", "tk"])) { bench, port, tracker in
                let refund = CorrectionFixture.refund("o-1", #","amount":1000"#).raw
                let early = try await bench.run("explain", "--source", "shop", input: refund)
                #expect(early.status == 0)
                #expect(early.output.contains("the store has no such conversion: the correction would wait for it"))
                _ = try await Samples.sale("o-1").post(port)
                _ = try await bench.settled(2)
                let run = try await bench.run("explain", "--source", "shop", input: refund)
                #expect(run.status == 0)
                #expect(run.output.contains(#"{"externalId":"o-1","amount":1000}"#))
                #expect(run.output.contains("refunded "))
                #expect(run.output.contains("Trcker's page has neither a refund nor a status, so the refund of EUR 10.00 was not sent"))
                let much = CorrectionFixture.refund("o-1", #","amount":5000"#).raw
                let refused = try await bench.run("explain", "--source", "shop", input: much)
                #expect(refused.status == 1)
                #expect(refused.output.contains("a refund of EUR 50.00 is more than the EUR 49.90 that is left"))
                #expect(tracker.received.count == 2)
            }
        }

        @Test func `a refund before its sale waits and is sent after it`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc", "pb"])) { bench, port, tracker in
                let early = try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port)
                let again = try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port)
                #expect(early.status == 200)
                #expect(again.status == 200)
                let replies = try [early, again].map { try JSONValue(parsing: $0.body) }
                #expect(replies[0].text("conversionId") == replies[1].text("conversionId"))
                #expect(replies[0].text("message").isEmpty)
                #expect(replies[1].text("message") == "Conversion already refunded")
                let waiting = try await bench.rows("conversions", "--waiting")
                #expect(waiting.map { $0.text("order_id") } == ["o-1"])
                #expect(try await bench.rows("conversions").isEmpty)
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                _ = try await bench.settled(4)
                #expect(tracker.requests(below: "pb") == ["?cid=click-o-1&sum=49.90", "?cid=click-o-1&sum=49.90&back=10.00"])
                #expect(tracker.requests(below: "rc").map { $0.hasPrefix("/api/v1/conversions/refund") } == [false, true])
                #expect(try await bench.rows("conversions", "--waiting").isEmpty)
                #expect(try await bench.rows("conversions").map { $0.text("refunded") } == ["10.00"])
            }
        }

        @Test func `an impossible repeat is answered as a duplicate and kept`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["pb"])) { bench, port, tracker in
                let first = try JSONValue(parsing: try await CorrectionFixture.event("pending").post(port).body)
                let other = CorrectionFixture.event("approved", more: #","sub_id_1":"x""#)
                let body = other.body.replacing("EUR", with: "USD")
                let sample = Sample(
                    source: "casino", target: other.target, headers: [Samples.json, ("X-RS-Sign", hmac(body, "your_secret_key_0001"))],
                    body: body)
                let answer = try await sample.post(port)
                #expect(answer.status == 200)
                let reply = try JSONValue(parsing: answer.body)
                #expect(reply.text("status") == "duplicate")
                #expect(reply.text("id") == first.text("id"))
                #expect(try await bench.rows("conversions", "--repeated").map { $0.text("status") } == ["pending"])
                let shown = try await bench.run("conversions", "show", first.text("id"))
                #expect(shown.output.contains("impossible: the correction is in USD, but the conversion is in EUR"))
                #expect(try await bench.rows("refused").isEmpty)
            }
        }

        @Test func `a hundred equal corrections at once are one`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["pb"])) { bench, port, tracker in
                _ = try await Samples.sale("o-1").post(port)
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<100 {
                        group.addTask { try await CorrectionFixture.refund("o-1", #","amount":100"#).post(port).status }
                    }
                    return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
                }
                #expect(statuses == [200])
                #expect(try await bench.settled(2).count == 2)
                #expect(tracker.requests(below: "pb").last == "?cid=click-o-1&sum=49.90&back=1.00")
            }
        }

        @Test func `a correction does not overtake its conversion, nor after kill -9`() async throws {
            let isDown = Atomic(true)
            let script: ScriptedTracker.Script = { _, _ in .reply(isDown.load(ordering: .relaxed) ? 503 : 200) }
            try await Workbench.use(CorrectionFixture.configuration(to: ["pb"]), tracker: script) { bench, tracker in
                let first = try bench.start("serve")
                let port = try await first.port()
                for status in ["pending", "approved", "rejected"] {
                    #expect(try await CorrectionFixture.event(status).post(port).status == 200)
                }
                let held = try await bench.rows("deliveries", "--state", "pending")
                #expect(held.count { $0["next_attempt"] == nil } == 2)
                try await until { tracker.received.count > 1 }
                first.kill()
                _ = try await first.ended()
                let before = tracker.received.count
                try await bench.serve { _, _ in
                    try await until { tracker.received.count > before + 1 }
                    isDown.store(false, ordering: .relaxed)
                    _ = try await bench.settled(3)
                }
                let sent = tracker.requests(below: "pb")
                #expect(sent.dropLast(2).allSatisfy { $0 == "?cid=c-1&sum=50.00&st=pending" })
                #expect(sent.suffix(2) == ["?cid=c-1&sum=50.00&st=approved", "?cid=c-1&sum=50.00&st=rejected&back=50.00"])
            }
        }

        @Test(arguments: [
            ("ignore", ["49.90 EUR"], ["?cid=click-o-1&sum=49.90"]),
            ("update", ["59.90 EUR"], ["?cid=click-o-1&sum=49.90", "?cid=click-o-1&sum=59.90"]),
            ("add", ["109.80 EUR"], ["?cid=click-o-1&sum=49.90", "?cid=click-o-1&sum=109.80"]),
            ("new", ["59.90 EUR", "49.90 EUR"], ["?cid=click-o-1&sum=49.90", "?cid=click-o-1&sum=59.90"]),
        ])
        func `a repeat has the effect of its source's policy`(policy: String, amounts: [String], sent: [String]) async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["pb"], repeats: policy)) { bench, port, tracker in
                let id = try JSONValue(parsing: try await Samples.sale("o-1").post(port).body).text("conversionId")
                for cents in [4990, 5990, 5990] {
                    let answer = try await Samples.sale("o-1", cents: cents).post(port)
                    #expect(answer.status == 200)
                    if policy != "new" { #expect(try JSONValue(parsing: answer.body).text("conversionId") == id) }
                }
                _ = try await bench.settled(policy == "ignore" ? 1 : 2)
                #expect(try await bench.rows("conversions").map { "\($0.text("amount")) \($0.text("currency"))" } == amounts)
                // Two conversions are sent beside each other; a conversion and its correction are sent in their order.
                let arrived = tracker.requests(below: "pb")
                #expect((policy == "new" ? arrived.sorted() : arrived) == sent)
            }
        }

        @Test func `what never arrived is sent as it is now, or not at all`() async throws {
            let script: ScriptedTracker.Script = { _, request in
                request.uri.contains("st=pending") ? .reply(400, body: "not yet") : .reply(200)
            }
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["pb"]), script: script) { bench, port, tracker in
                _ = try await CorrectionFixture.event("pending").post(port)
                _ = try await bench.settled(1)
                _ = try await CorrectionFixture.event("approved").post(port)
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "pb") == ["?cid=c-1&sum=50.00&st=pending", "?cid=c-1&sum=50.00&st=approved"])
                #expect(try await bench.states() == ["pb delivered", "pb rejected"])
            }
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["pb"]), script: script) { bench, port, tracker in
                _ = try await CorrectionFixture.event("pending").post(port)
                _ = try await bench.settled(1)
                _ = try await CorrectionFixture.event("rejected").post(port)
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "pb").count == 1)
                let skipped = try await bench.rows("deliveries", "--state", "skipped").map { $0.text("reason") }
                #expect(skipped == ["the conversion itself never arrived at pb, so the status 'rejected' was not sent"])
            }
        }

        @Test func `a refund that nobody can wait for is refused and can be run again`() async throws {
            let configuration = CorrectionFixture.configuration(to: ["pb"], repeats: "new")
            try await CorrectionFixture.run(configuration) { bench, port, tracker in
                let answer = try await CorrectionFixture.refund("o-1").post(port)
                #expect(answer.status == 404)
                #expect(answer.body.contains("no conversion with externalId 'o-1' was received here"))
                _ = try await Samples.sale("o-1").post(port)
                let replay = try await bench.run("replay", "--refused")
                #expect(replay.status == 0, "\(replay.errors)")
                #expect(replay.output.contains("became correction"))
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "pb").last == "?cid=click-o-1&sum=49.90&st=refunded&back=49.90")
            }
        }
    }
}
