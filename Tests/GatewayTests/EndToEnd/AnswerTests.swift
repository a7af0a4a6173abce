import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// Delivered means that the tracker said so.
    struct AnswerTests {
        private static let page = "<!DOCTYPE html>\n<html><head><title>Log in</title></head><body><form></form></body></html>"
        private static let postback = ConfigurationText.Entry.postback(
            "pb", "/pb?cid={click_id}&sum={amount}&back={refund}&secret=hush-hush-1", ["retries": "[100ms]"])

        /// How sales ended that were answered so, by their order ids; each answer is for the sale of its number.
        private func ended(
            _ destination: ConfigurationText.Entry, _ answers: [ScriptedTracker.Answer],
            _ check: (Workbench, GatewayProcess, _ states: [String], ScriptedTracker) async throws -> Void
        ) async throws {
            let script: ScriptedTracker.Script = { _, request in
                let number = "\(request.uri) \(request.body)".firstMatch(of: /click-(\d+)/).flatMap { Int($0.1) } ?? 0
                return answers[number]
            }
            let configuration = ConfigurationText(sources: [.shop], to: [destination])
            try await Workbench.serve(configuration, tracker: script) { bench, gateway, port, tracker in
                for number in answers.indices { #expect(try await Samples.sale("\(number)").post(port).status == 200) }
                let rows = try await bench.settled(answers.count)
                let states = Dictionary(rows.map { ($0.text("order_id"), $0.text("state")) }) { first, _ in first }
                try await check(bench, gateway, answers.indices.map { states["\($0)"] ?? "" }, tracker)
            }
        }

        @Test func `what a postback url answers is delivered only if it is no page and names no error`() async throws {
            let answers: [ScriptedTracker.Answer] = [
                .reply(200), .reply(200, body: "OK"), .reply(200, body: "Postback recorded successfully."),
                .reply(200, headers: [("Content-Type", "text/html")], body: #"{"error":null,"errors":[]}"#),
                .reply(200, body: Self.page), .reply(200, body: "Connection failed: SQLSTATE[HY000] [2002]"),
                .reply(200, body: "error: unknown click"), .reply(200, body: "Postback for subid 7 with status Lead NOT accepted!"),
                .reply(200, headers: [("Content-Encoding", "gzip")], body: "\u{1F}\u{8}\u{0}\u{3}"), .closeMidReply, .flood,
                .reply(409, body: "seen"),
            ]
            try await ended(Self.postback, answers) { bench, gateway, states, tracker in
                #expect(states == Array(repeating: "delivered", count: 4) + Array(repeating: "unconfirmed", count: 7) + ["duplicate"])
                // Each was sent once.
                #expect(tracker.received.count == answers.count)

                let listed = try await bench.rows("deliveries", "--state", "unconfirmed")
                let reasons = Dictionary(listed.map { ($0.text("order_id"), $0.text("reason")) }) { first, _ in first }
                #expect(reasons["4"] == "tracker answered 200: Log in; unconfirmed, as this is an HTML page")
                #expect(
                    reasons["5"]
                        == "tracker answered 200: Connection failed: SQLSTATE[HY000] [2002]; unconfirmed, as the text says 'failed'")
                #expect(reasons["6"] == "tracker answered 200: error: unknown click; unconfirmed, as the text says 'error'")
                #expect(reasons["9"] == "tracker answered 200: half; unconfirmed, as the connection ended in the middle of the answer")
                #expect(reasons.count == 7)

                let failed = try await bench.run("deliveries", "--failed")
                #expect(failed.lines.count { $0.contains("  unconfirmed  ") } == 7)
                let sums = try await bench.run("sums", "--by", "destination,state", "--csv")
                #expect(sums.lines.contains { $0.hasPrefix("pb,unconfirmed,EUR,7,349.30,") })
                #expect(try await bench.run("sums", "--csv").lines.last?.contains(",5,249.50,0,0.00,7,349.30,0,0.00") == true)
                let destinations = try await bench.run("destinations", "--json")
                #expect(destinations.output.contains(#""unconfirmed":7"#))
                #expect(try await bench.run("destinations", "--wide").lines[0].contains("  unconfirmed  "))
                let status = try await bench.run("status")
                #expect(status.lines.contains("  7 of 12 did not arrive, or may not have: 7 unconfirmed"))
                #expect(status.lines.contains("  7 unconfirmed; see `gateway deliveries --state unconfirmed --destination pb`"))
                let found = try await bench.run("find", "4")
                #expect(found.status == 0)
                let logged = gateway.errors.split(separator: "\n")
                #expect(logged.count { $0.contains(" warning ") && $0.contains("delivery unconfirmed: ") } == 7)
            }
        }

        @Test func `a mapping's tracker must answer what it documents`() async throws {
            let tracker = ConfigurationText.Entry.tracker(
                "rc", "refcampaign", credentials: "{ api_key: rc-outgoing-key }", ["retries": "[100ms]"])
            let own = #"{"success":false,"error":{"code":"UNAUTHORIZED","message":"key rc-outgoing-key is unknown"}}"#
            let answers: [ScriptedTracker.Answer] = [
                .reply(200, body: #"{"success":true,"conversionId":"t-1"}"#), .reply(201, body: #"{"success":true,"conversionId":"t-2"}"#),
                .reply(200, body: Self.page), .reply(200), .reply(200, body: "OK"), .reply(401, body: own), .reply(401, body: Self.page),
                .reply(404, body: #"{"message":"no such route"}"#), .reply(404, body: Self.page), .reply(409, body: own),
            ]
            try await ended(tracker, answers) { bench, _, states, tracker in
                #expect(
                    states == [
                        "delivered", "delivered", "unconfirmed", "unconfirmed", "unconfirmed", "rejected", "dead", "rejected", "dead",
                        "rejected",
                    ])
                // Pages before the tracker were tried again.
                #expect(tracker.received.count == answers.count + 2)
                let reasons = try await bench.rows("deliveries", "--failed").map { "\($0.text("order_id")) \($0.text("reason"))" }.sorted()
                #expect(
                    reasons == [
                        "2 tracker answered 200: Log in; unconfirmed, as this is an HTML page",
                        "3 tracker answered 200; unconfirmed, as it is none of the answers that are documented",
                        "4 tracker answered 200: OK; unconfirmed, as it is none of the answers that are documented",
                        "5 tracker answered 401: key *** is unknown", "6 tracker answered 401: Log in; attempt 2 of 2, no more tries",
                        "7 tracker answered 404: no such route", "8 tracker answered 404: Log in; attempt 2 of 2, no more tries",
                        "9 tracker answered 409: key *** is unknown",
                    ])
            }
        }

        @Test func `a mapping without a 409 has a duplicate, and one whose success has no body no page`() async throws {
            let orders = ConfigurationText.Entry.tracker(
                "orders", "trcker", credentials: "{ postback_secret: tk-outgoing-key }",
                ["settings": "{ brand: b, offer: o }", "retries": "[]"])
            try await ended(orders, [.reply(409, body: #"{"error":"known"}"#), .reply(409)]) { (bench, _, states, _) async throws in
                #expect(states == ["duplicate", "duplicate"])
                #expect(try await bench.rows("deliveries").map { $0.text("reason") } == ["", "known"])
            }
        }

        @Test func `answers say what they mean, by status, text, member and header`() async throws {
            let destination = Self.postback.with([
                "answers":
                    "{ delivered: { status: 200, text: [OK, signed up] }, duplicate: { text: known }, rejected: [{ json: { data.code: 7 } }, { status: 402 }, { status: 409 }], retry: { header: { X-Queue: full } } }"
            ])
            let answers: [ScriptedTracker.Answer] = [
                .reply(200, body: "<html>OK</html>"), .reply(200, body: "thanks, signed up"), .reply(200, body: "known"),
                .reply(200, body: #"{"data":{"code":7},"text":"OK"}"#), .reply(402), .reply(409),
                .reply(200, headers: [("x-queue", "Full")], body: "OK"),
                .reply(200, body: "well"), .reply(404, body: "known"), .reply(204),
            ]
            try await ended(destination, answers) { bench, _, states, tracker in
                #expect(
                    states == [
                        "delivered", "delivered", "duplicate", "rejected", "rejected", "rejected", "dead", "unconfirmed", "duplicate",
                        "unconfirmed",
                    ])
                #expect(tracker.received.count == answers.count + 1)
            }
        }

        @Test func `the log has a run of unconfirmed ones once, and its end once`() async throws {
            let isRight = Atomic(false)
            let script: ScriptedTracker.Script = { _, _ in .reply(200, body: isRight.load(ordering: .relaxed) ? "OK" : Self.page) }
            let configuration = ConfigurationText(sources: [.shop], to: [Self.postback])
            try await Workbench.serve(configuration, tracker: script) { bench, gateway, port, tracker in
                for number in 1...11 { #expect(try await Samples.sale("a-\(number)").post(port).status == 200) }
                #expect(try await bench.settled(11).allSatisfy { $0.text("state") == "unconfirmed" })
                #expect(tracker.received.count == 11)
                let logged = gateway.errors.split(separator: "\n").filter { $0.contains(" error ") }
                #expect(logged.count == 1 && logged[0].contains("3 times in a row: tracker answered 200: Log in; unconfirmed"), "\(logged)")
                #expect(!gateway.errors.contains("hush-hush-1"))

                // A replay that names no state leaves alone what may have arrived.
                let plain = try await bench.run("replay", "--failed")
                #expect(plain.output == "" && plain.errors.contains("11 deliveries are unconfirmed and may have arrived"), "\(plain)")
                isRight.store(true, ordering: .relaxed)
                let replay = try await bench.run("replay", "--state", "unconfirmed")
                #expect(replay.output == "11 deliveries are due now (11 unconfirmed before); a running gateway sends within two seconds\n")
                try await until { try await bench.states().allSatisfy { $0 == "pb delivered" } }
                #expect(tracker.received.count == 22)
                let over = gateway.errors.split(separator: "\n").filter { $0.contains("answers as expected again") }
                #expect(over.count == 1 && over[0].contains(" info ") && over[0].contains(" 11 deliveries in a row"), "\(over)")
            }
        }

        @Test func `the refund of a sale that was replayed into a 409 is a refund`() async throws {
            let known = Mutex<Set<String>>([])
            let script: ScriptedTracker.Script = { _, request in
                let isNew = known.withLock { $0.insert(request.uri).inserted }
                return isNew ? .reply(200, body: "OK") : .reply(409, body: "Conversion exists")
            }
            let configuration = ConfigurationText(sources: [.shop], to: [Self.postback])
            try await Workbench.serve(configuration, tracker: script) { bench, _, port, tracker in
                #expect(try await Samples.sale("1").post(port).status == 200)
                let id = try #require(try await bench.settled(1).first).text("conversion")
                _ = try await bench.run("replay", id)
                try await until { try await bench.states() == ["pb duplicate"] }
                #expect(try await bench.rows("deliveries").map { $0.text("reason") } == ["Conversion exists"])
                #expect(try await CorrectionFixture.refund("1", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(2)
                #expect(tracker.received.map(\.uri).last == "/pb?cid=click-1&sum=49.90&back=10.00&secret=hush-hush-1")
                #expect(tracker.received.count == 3)
            }
        }

        @Test func `a refund follows an unconfirmed sale as a refund`() async throws {
            let script: ScriptedTracker.Script = { number, _ in .reply(200, body: number == 1 ? Self.page : "OK") }
            let configuration = ConfigurationText(sources: [.shop], to: [Self.postback])
            try await Workbench.serve(configuration, tracker: script) { bench, _, port, tracker in
                #expect(try await Samples.sale("1").post(port).status == 200)
                _ = try await bench.settled(1)
                #expect(try await CorrectionFixture.refund("1", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(2)
                #expect(tracker.received.map(\.uri).last == "/pb?cid=click-1&sum=49.90&back=10.00&secret=hush-hush-1")
                #expect(try await bench.states() == ["pb delivered", "pb unconfirmed"])
            }
        }

        @Test func `a 2xx that is damaged behind its status line is sent once`() async throws {
            let fields = String(repeating: "Set-Cookie: a=b\r\n", count: 2100)
            let damaged = [
                "HTTP/1.1 200 OK\r\n\(fields)Content-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"succ",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            ]
            for answer in damaged {
                try await RawTracker.run { _ in
                    [.request, .send(answer), .close]
                } body: { tracker in
                    try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                        try bench.configure(ConfigurationText(sources: [.shop], to: [Self.postback.with(["retries": "[10ms, 10ms]"])]))
                        try await bench.serve { (_, port) async throws in
                            #expect(try await Samples.sale("1").post(port).status == 200)
                            #expect(try await bench.settled(1).map { $0.text("state") } == ["unconfirmed"])
                            #expect(tracker.connections == 1)
                        }
                    }
                }
            }
        }

        @Test(arguments: [#""success":true,"alreadyRefunded":true"#, #""alreadyRefunded":true"#])
        func `answers in an envelope are read like flat ones`(again: String) async throws {
            let answers = [
                #"{"success":true,"data":{"success":true,"conversionId":"r-7"},"meta":{"requestId":"q"}}"#,
                #"{"success":true,"data":{\#(again)},"meta":{}}"#,
                #"{"success":true,"data":{"success":false,"message":"no such affiliate"},"meta":{}}"#,
            ]
            let script: ScriptedTracker.Script = { _, request in
                .reply(200, body: answers[request.uri.hasSuffix("refund") ? 1 : request.body.contains("o-2") ? 2 : 0])
            }
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"]), script: script) { bench, port, _ in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                let rows = try await bench.settled(3)
                #expect(
                    Set(rows.map { "\($0.text("order_id")) \($0.text("state")) \($0.text("remote_id"))" }) == [
                        "o-1 delivered r-7", "o-1 duplicate ", "o-2 rejected ",
                    ])
            }
        }
    }
}
