import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What is going on, with a gateway that serves and without one.
    struct StatusTests {
        private static let configuration = ConfigurationText(
            sources: [.shop, .casino],
            to: [
                .postback("good", "/good?cid={click_id}"), .postback("bad", "/bad?cid={click_id}"),
                .postback(
                    "gone", "/gone?cid={click_id}",
                    ["breaker": "{ failures: 2 }", "retries": ConfigurationText.Entry.patientRetries]),
                .postback("held", "/held?cid={click_id}"),
            ], routes: ["{ from: shop, to: [good, bad, gone, held] }"])

        private static let tracker: ScriptedTracker.Script = { _, request in
            request.uri.hasPrefix("/bad")
                ? .reply(400, body: "unknown click") : request.uri.hasPrefix("/gone") ? .reply(503, body: "busy") : .reply(200)
        }

        @Test func `a tracker that takes no corrections is not failing because some were skipped`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("good", "/good?cid={click_id}")])
            try await Workbench.serve(configuration, tracker: Self.tracker) { bench, _, port, _ in
                #expect(try await Samples.sale("s1", cents: 1010).post(port).status == 200)
                for cents in [10, 20] {
                    #expect(try await CorrectionFixture.refund("s1", #","amount":\#(cents)"#).post(port).status == 200)
                }
                let rows = try await bench.settled(3)
                #expect(rows.map { $0.text("state") }.sorted() == ["delivered", "skipped", "skipped"])
                let found = try await eventually { () -> JSONValue? in
                    try await Self.destinations(bench).first { $0.text("ended_in_last_hour") == "3" }
                }
                #expect(found?.text("state") == "ok", "\(String(describing: found))")
            }
        }

        @Test func `each destination has one word, what waits and the tracker's last words`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                #expect(try await bench.run("pause", "held", "--reason", "audit").status == 0)
                for number in 1...3 { #expect(try await Samples.sale("s\(number)", cents: 1010).post(port).status == 200) }
                #expect(try await Samples.sale("", cents: 1).post(port).status == 400)
                #expect(try await CorrectionFixture.refund("early").post(port).status == 200)
                #expect(try await CorrectionFixture.refund("s1", #","amount":10"#).post(port).status == 200)
                let words = ["good ok", "bad failing", "gone down", "held paused"]
                let found = try await eventually { () -> [JSONValue]? in
                    let all = try await Self.destinations(bench)
                    let ended = all.prefix(2).allSatisfy { $0.text("ended_in_last_hour") == "4" }
                    return all.map { "\($0.text("destination")) \($0.text("state"))" } == words && ended ? all : nil
                }
                let all = try #require(found)
                #expect(all[1].text("reason").hasPrefix("4 of 4 did not arrive: "))
                #expect(all[1]["last_answer"]?.text("reply") == "unknown click")
                #expect(all[2].text("waiting") == "4")
                #expect(all[2]["waiting_amounts"] == ["EUR": "30.30"])
                #expect(all[3].text("reason") == "audit")
                #expect(all.allSatisfy { $0["served"] == true })

                // The table of destinations has the same words.
                guard case .array(let rows) = try JSONValue(parsing: try await bench.run("destinations", "--json").output) else { return }
                #expect(rows.map { "\($0.text("destination")) \($0.text("state"))" } == words)
                #expect(rows[1].text("detail").contains(": 4 of 4 did not arrive: "))

                let run = try await bench.run("status")
                #expect(run.status == 0)
                #expect(run.errors == "")
                #expect(!run.output.contains("through in about"), "nobody knows a pace after seconds")
                #expect(run.lines.first == "good: ok")
                #expect(run.output.contains("\n  4 of 4 did not arrive: "))
                #expect(run.output.contains("\n  4 waiting, 1 of them a correction, worth EUR 30.30, the oldest for "))
                #expect(run.output.contains(" ago: 400 unknown click\n"))
                #expect(run.lines.contains { $0.hasPrefix("shop    4               1              ") && $0.hasSuffix(" ago") })
                #expect(run.lines.contains("casino  0               0              never"))
                #expect(!run.output.contains("(stranger)") && !run.output.contains("(unrouted)"))
                #expect(run.lines.last == "1 correction waits for its conversion; see `gateway conversions --waiting`")
            }
        }

        @Test func `what strangers sent, and what reached no tracker, has a row of its own`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                #expect(try await Samples.sale("s1", key: "wrong-key-0123456789").post(port).status == 401)
                for path in ["/a?cid=1", "/b?cid=2"] {
                    #expect(await RawConnection.exchange(port, "GET \(path) HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
                }
                let run = try await bench.run("status")
                #expect(run.lines.contains { $0.hasPrefix("(stranger)  0               1              ") && $0.hasSuffix(" ago") })
                #expect(run.lines.contains { $0.hasPrefix("(unrouted)  0               2              ") && $0.hasSuffix(" ago") })
                let status = try JSONValue(parsing: try await bench.run("status", "--json").output)
                #expect(status["strangers"]?["refused_today"]?.plainText == "1")
                #expect(status["unrouted"]?["refused_today"]?.plainText == "2")
                #expect(status["unrouted"]?["last_seen"] != nil)
            }
        }

        @Test func `without a gateway that serves, the store answers`() async throws {
            try await Workbench.use(Self.configuration, tracker: Self.tracker) { bench, _ in
                try await bench.serve { _, port in
                    #expect(try await bench.run("pause", "gone").status == 0)
                    #expect(try await Samples.sale("s1", cents: 1010).post(port).status == 200)
                    _ = try await eventually {
                        try await Self.destinations(bench).first?.text("ended_in_last_hour") == "1" ? true : nil
                    }
                }
                let run = try await bench.run("status")
                #expect(run.status == 0)
                #expect(run.errors == "no gateway serves this store now; what is pending waits for the next 'gateway serve'\n")
                #expect(run.lines.contains { $0.hasPrefix("gone: paused since ") })
                #expect(run.lines.contains { $0.hasPrefix("  1 waiting, worth EUR 10.10, the oldest for ") })
            }
        }

        @Test func `watched, it is shown again and again until it is interrupted`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                let watch = try bench.start("status", "--watch")
                try await until { watch.output.ranges(of: "good: ok\n").count >= 1 }
                #expect(try await Samples.sale("s1", cents: 1010).post(port).status == 200)
                try await until { watch.output.contains(" ago: 200") }
                try await until { watch.output.ranges(of: "good: ok\n").count >= 3 }
                #expect(watch.isRunning)
                watch.interrupt()
                #expect(try await watch.ended() == -SIGINT)
                #expect(!watch.output.contains("\u{1B}"))
            }
        }

        private static func destinations(_ bench: Workbench) async throws -> [JSONValue] {
            let run = try await bench.run("status", "--json")
            #expect(run.status == 0, "\(run.errors)")
            guard case .array(let all)? = try JSONValue(parsing: run.output)["destinations"] else { return [] }
            return all
        }
    }
}
