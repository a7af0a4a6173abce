import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Several kinds of message at one address: first messages, corrections, what is ignored, and handshakes.
    struct KindsTests {
        private static func serve(
            _ more: KeyValuePairs<String, String> = [:], _ body: (Workbench, Int, ScriptedTracker) async throws -> Void
        ) async throws {
            let script = ScriptedTracker.always(.reply(200, body: #"{"received":true}"#))
            try await Workbench.use(KindsFixture.configuration(more), tracker: script) { bench, tracker in
                try KindsFixture.write(to: bench)
                try await bench.serve { _, port in try await body(bench, port, tracker) }
            }
        }

        private static func sources(_ bench: Workbench) async throws -> [String] {
            let status = try JSONValue(parsing: try await bench.run("status", "--json").output)
            guard case .array(let sources)? = status["sources"] else { return [] }
            return sources.map {
                "\($0.text("source")) \($0.text("received_today")) \($0.text("refused_today")) \($0.text("ignored_today"))"
            }.sorted()
        }

        @Test func `the mappings of these tests are right, and their examples hold`() async throws {
            try await Workbench.use(KindsFixture.configuration()) { bench, _ in
                try KindsFixture.write(to: bench)
                let check = try await bench.run("check", "trackers")
                #expect(check.status == 0 && check.errors == "", "\(check.errors)")
                let test = try await bench.run("test", "trackers")
                #expect(test.output == "stall: 0 of 0 examples hold\ntill: 4 of 4 examples hold\n", "\(test.errors)")
            }
        }

        @Test func `a total that goes back reaches trackers as step, total and rest, and one that is known changes nothing`() async throws {
            try await Self.serve { bench, port, tracker in try await Self.sendTotals(bench, port, tracker) }
        }

        @Test func `the same on the shared store`() async throws {
            let server = try PostgresServer.shared.get()
            let store = server.url(try server.emptyDatabase())
            let script = ScriptedTracker.always(.reply(200, body: #"{"received":true}"#))
            try await Workbench.use(KindsFixture.configuration(["store": store]), tracker: script) { bench, tracker in
                try KindsFixture.write(to: bench)
                #expect(try await bench.run("migrate").status == 0)
                try await bench.serve { _, port in try await Self.sendTotals(bench, port, tracker) }
            }
        }

        private static func sendTotals(_ bench: Workbench, _ port: Int, _ tracker: ScriptedTracker) async throws {
            let sale = KindsFixture.till("order.paid", #"{"order":"o-1","total":5000,"currency":"EUR","click":"c-1"}"#)
            #expect(try await sale.post(port).body == #"{"received":true}"#)
            for (total, answer) in [
                (500, #"{"received":true}"#), (1200, #"{"received":true}"#), (1200, #"{"received":true,"again":true}"#),
                (800, #"{"received":true,"again":true}"#),
            ] {
                let refund = KindsFixture.till("order.refunded", #"{"order":"o-1","amount_refunded":\#(total),"at":\#(total)}"#)
                let reply = try await refund.post(port)
                #expect(reply.status == 200 && reply.body == answer, "\(total): \(reply.body)")
            }
            _ = try await bench.settled(6)
            #expect(
                tracker.requests(below: "pb") == [
                    "?id=o-1&type=sale&sum=50.00&left=50.00", "?id=o-1&type=sale&sum=50.00&back=5.00&all=5.00&left=45.00",
                    "?id=o-1&type=sale&sum=50.00&back=7.00&all=12.00&left=38.00",
                ])
            #expect(
                tracker.requests(below: "out") == [
                    #"/webhooks/till {"type":"order.paid","data":{"order":"o-1","total":5000,"currency":"EUR","click":"c-1"}}"#,
                    #"/webhooks/till {"type":"order.refunded","data":{"order":"o-1","amount_refunded":500}}"#,
                    #"/webhooks/till {"type":"order.refunded","data":{"order":"o-1","amount_refunded":1200}}"#,
                ])
            let row = try await bench.rows("conversions").first
            #expect([row?.text("status"), row?.text("amount"), row?.text("refunded")] == ["", "50.00", "12.00"])
            let shown = try JSONValue(parsing: try await bench.run("conversions", "show", "--json", row?.text("id") ?? "").output)
            guard case .array(let repeats)? = shown["repeats"] else {
                Issue.record("no repeats: \(shown)")
                return
            }
            #expect(
                repeats.map { $0.text("note") }.filter { !$0.isEmpty } == [
                    "EUR 12.00 went back already, so a total of EUR 8.00 is nothing new"
                ])
            #expect(try await bench.rows("refused").isEmpty)
        }

        @Test func `totals that come before their sale wait, and come to the same`() async throws {
            try await Self.serve { bench, port, tracker in
                for total in [500, 1200, 800] {
                    let refund = KindsFixture.till("order.refunded", #"{"order":"o-2","amount_refunded":\#(total)}"#)
                    #expect(try await refund.post(port).body == #"{"received":true}"#)
                }
                #expect(try await bench.rows("conversions", "--waiting").count == 3)
                let sale = KindsFixture.till("order.paid", #"{"order":"o-2","total":5000,"currency":"EUR"}"#)
                #expect(try await sale.post(port).status == 200)
                _ = try await bench.settled(6)
                #expect(
                    tracker.requests(below: "pb") == [
                        "?id=o-2&type=sale&sum=50.00&left=50.00", "?id=o-2&type=sale&sum=50.00&back=5.00&all=5.00&left=45.00",
                        "?id=o-2&type=sale&sum=50.00&back=7.00&all=12.00&left=38.00",
                    ])
                #expect(try await bench.rows("conversions").first?.text("refunded") == "12.00")
            }
        }

        @Test func `what an order is worth now, and refunds with a minus, come to their steps`() async throws {
            try await Self.serve { bench, port, tracker in
                let sale = KindsFixture.stall("order.created", #"{"number":"s-1","total":"40.00","currency":"EUR","visit":"v"}"#)
                #expect(try await sale.post(port).status == 200)
                for (topic, body, answer) in [
                    ("order.updated", #"{"number":"s-1","worth":"40.00","currency":"EUR"}"#, "known"),
                    ("order.updated", #"{"number":"s-1","worth":"30.00","currency":"EUR"}"#, ""),
                    ("refund.created", #"{"number":"s-1","amount":"-4.50","currency":"EUR"}"#, ""),
                    ("refund.created", #"{"number":"s-1"}"#, ""),
                    ("order.updated", #"{"number":"s-1","worth":"0.00","currency":"EUR"}"#, "known"),
                ] {
                    let reply = try await KindsFixture.stall(topic, body).post(port)
                    #expect(reply.status == 200 && reply.body == answer, "\(body): \(reply.status) \(reply.body)")
                }
                _ = try await bench.settled(8)
                #expect(
                    tracker.requests(below: "pb").map { $0.replacing("?id=s-1&type=sale&sum=40.00", with: "") } == [
                        "&left=40.00", "&back=10.00&all=10.00&left=30.00", "&back=4.50&all=14.50&left=25.50",
                        "&back=25.50&all=40.00&left=0.00",
                    ])
                #expect(try await bench.rows("conversions").first?.text("status") == "refunded")
            }
        }

        @Test func `another kind of first message is read and written with fields of its own`() async throws {
            try await Self.serve { bench, port, tracker in
                let form = KindsFixture.till("form.sent", #"{"order":"f-1","click":"c-9","campaign":"spring"}"#)
                #expect(try await form.post(port).body == #"{"received":true}"#)
                #expect(try await form.post(port).body == #"{"received":true,"again":true}"#)
                _ = try await bench.settled(2)
                #expect(try await bench.rows("conversions").map { "\($0.text("type")) \($0.text("order_id"))" } == ["lead f-1"])
                #expect(
                    tracker.requests(below: "out") == [
                        #"/webhooks/till {"type":"form.sent","data":{"order":"f-1","click":"c-9","campaign":"spring"}}"#
                    ])
                #expect(tracker.requests(below: "pb") == ["?id=f-1&type=lead"])
            }
        }

        @Test func `a documented message is ignored: answered, counted, and neither stored nor kept`() async throws {
            try await Self.serve { bench, port, _ in
                let created = KindsFixture.till("customer.created", #"{"id":"cu_1"}"#)
                for _ in 1...3 {
                    let reply = try await created.post(port)
                    #expect(reply.status == 202 && reply.body.hasPrefix(#"{"received":true,"of":"2"#), "\(reply.body)")
                }
                let other = try await KindsFixture.stall("product.updated", "{}").post(port)
                #expect(other.status == 200 && other.body == "")
                #expect(try await bench.rows("conversions").isEmpty)
                #expect(try await bench.rows("refused").isEmpty)
                #expect(try await Self.sources(bench) == ["stall 0 0 1", "till 0 0 3"])
                #expect(try await bench.run("status").output.contains("ignored today"))
                let explained = try await bench.run("explain", "--source", "till", input: created.raw)
                #expect(explained.status == 0)
                #expect(explained.output.contains("ignored: not about money\n\nreply: 202 "), "\(explained.output)")
            }
        }

        @Test func `only an authentic message is ignored`() async throws {
            try await Self.serve { bench, port, _ in
                let forged = KindsFixture.till("customer.created", #"{"id":"cu_1"}"#, secret: "another-secret-1")
                let reply = try await forged.post(port)
                #expect(reply.status == 401 && reply.body.contains("signature"))
                #expect(try await KindsFixture.stall("product.updated", "{}", secret: "another-secret-1").post(port).status == 401)
                #expect(try await bench.rows("refused").map { $0.text("code") } == ["unauthorized", "unauthorized"])
                #expect(try await Self.sources(bench) == ["stall 0 0 0", "till 0 0 0"])
            }
        }

        @Test func `a message of no kind is refused with what would do`() async throws {
            try await Self.serve { bench, port, _ in
                let reply = try await KindsFixture.till("order.lost", "{}").post(port)
                #expect(reply.status == 400)
                let reason = try #require(try await bench.rows("refused").first).text("reason")
                #expect(
                    reason == """
                        this is no kind of message that the mapping of Till knows here: none of `body.type == "order.paid"`, \
                        `body.type == "form.sent"`, `body.type == "order.refunded"` is true; if such messages are no conversions, name them \
                        under 'ignores' of the mapping
                        """)
                #expect(reply.body.contains("this is no kind of message"))
            }
        }

        @Test func `a handshake is answered before any credential, and nothing comes of it`() async throws {
            try await Self.serve { bench, port, _ in
                for method in ["GET", "OPTIONS"] {
                    let answer = try await Sample(source: "stall", method: method, target: "/webhooks/stall").post(port)
                    #expect(answer.status == 200 && answer.body == "ready", "\(method)")
                }
                let head = "HEAD /webhooks/stall HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                #expect(await String(decoding: RawConnection.exchange(port, head).bytes, as: UTF8.self).hasPrefix("HTTP/1.1 200 OK\r\n"))
                let ping = Sample(
                    source: "stall", target: "/webhooks/stall", headers: [("Content-Type", "application/x-www-form-urlencoded")],
                    body: "webhook_id=17")
                let answer = try await ping.post(port)
                #expect(answer.status == 200 && answer.body == "")
                // The source's own path is the same address.
                var own = ping
                own.target = "/stall/webhooks/stall"
                #expect(try await own.post(port).status == 200)
                #expect(try await bench.rows("refused").isEmpty)
                #expect(try await Self.sources(bench) == ["stall 0 0 0", "till 0 0 0"])
                let explained = try await bench.run("explain", "--source", "stall", input: ping.raw)
                #expect(explained.status == 0 && explained.output.contains("a handshake: it is answered without a credential"))
                // A form with a topic is none, and neither is one without the id.
                var topic = ping
                topic.headers.append(("X-Stall-Topic", "order.created"))
                #expect(try await topic.post(port).status == 401)
                var other = ping
                other.body = "hook=17"
                #expect(try await other.post(port).status == 401)
            }
        }

        @Test func `an address that sends too many handshakes is asked to come back`() async throws {
            try await Self.serve(["limits": "{ wrong_keys: 3/m }"]) { bench, port, _ in
                let look = Sample(source: "stall", method: "GET", target: "/webhooks/stall")
                for _ in 1...3 { #expect(try await look.post(port).status == 200) }
                let answer = try await look.post(port)
                #expect(answer.status == 429 && answer.headers["retry-after"] != nil)
                // What can prove itself is not held back.
                let sale = KindsFixture.stall("order.created", #"{"number":"s-9","total":"1.00","currency":"EUR"}"#)
                #expect(try await sale.post(port).status == 200)
                #expect(try await bench.rows("refused").isEmpty)
            }
        }

        @Test func `a mapping for one way cannot be used for the other, and needs no more than its way`() async throws {
            let out = """
                tracker: Sink
                for: destination
                request: { method: GET, path: /sink }
                fields:
                  c: { is: click_id, required: true }
                replies: { accepted: { status: 204 } }

                """
            let source = ConfigurationText.Entry("sink", ["tracker": "sink"])
            let till = ConfigurationText.Entry.tracker("out", "till", credentials: "{ signing_secret: out-secret-00001 }")
            var configuration = ConfigurationText(sources: [source], to: [till], ["mappings": "trackers"])
            try await Workbench.use(configuration) { bench, _ in
                try bench.write(out, to: "trackers/sink.yaml")
                try bench.write(
                    KindsFixture.till.replacing("tracker: Till\n", with: "tracker: Till\nfor: source\n"), to: "trackers/till.yaml")
                let check = try await bench.run("check", "--config", "gateway.yaml")
                #expect(check.status == 1)
                #expect(
                    check.errors.contains("sink is for destinations only, so it cannot be the tracker of source 'sink'"), "\(check.errors)")
                #expect(
                    check.errors.contains("till is for sources only, so it cannot be the tracker of destination 'out'"), "\(check.errors)")
                let files = try await bench.run("check", "trackers/sink.yaml")
                #expect(files.output == "ok: trackers/sink.yaml (sink is for destinations only)\n", "\(files.errors)")
                configuration.sources = [KindsFixture.tillSource]
                configuration.destinations = [.tracker("out", "sink", credentials: "{}")]
                try bench.configure(configuration)
                #expect(try await bench.run("check", "--config", "gateway.yaml").status == 0)
            }
        }
    }
}
