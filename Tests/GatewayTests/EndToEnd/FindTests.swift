import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// One question, whatever id somebody has.
    struct FindTests {
        private static let configuration = ConfigurationText(
            sources: [.shop, .casino],
            to: [.tracker("main", "trcker", credentials: "{ postback_secret: s }", ["settings": "{ brand: b, offer: o }"])])

        /// Answers as Trcker does, with an id of its own.
        private static let tracker: ScriptedTracker.Script = ScriptedTracker.always(
            .reply(200, body: #"{"data":{"status":"ok","conversionId":"T-900"}}"#))

        @Test func `a sale is found by any id that somebody may have`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                let email = #","customerEmail":"Ann@Example.com","note":"voucher-7""#
                #expect(try await Samples.sale("4711", more: email).post(port).status == 200)
                #expect(try await Samples.sale("14711").post(port).status == 200)
                _ = try await bench.settled(2)
                let id = try #require(try await bench.rows("conversions", "--order-id", "4711").first).text("id")

                for (text, matched) in [
                    ("4711", "order_id"), ("click-4711", "click_id"), (id, "id"), (id.lowercased(), "id"), ("\(id):main", "id"),
                    ("T-900", "main's id for it"), ("voucher-7", "extra.note"),
                ] {
                    let hits = try await Self.hits(bench, text)
                    #expect(hits.contains { $0.text("id") == id }, "\(text)")
                    let hit = try #require(hits.first { $0.text("id") == id })
                    #expect(hit["matched"] == [.string(matched)], "\(text)")
                    #expect(hit.text("next") == "gateway conversions show \(id)")
                    #expect(hits.count == (text == "T-900" ? 2 : 1), "\(text)")
                }
                #expect(try await Self.hits(bench, String(id.prefix(20))).first?["matched"] == ["start of the id"])

                let run = try await bench.run("find", "4711", "--utc")
                #expect(run.status == 0)
                #expect(run.lines.first?.hasPrefix("conversion \(id) of shop, 2") == true)
                #expect(
                    run.lines.dropFirst() == [
                        "  sale, EUR 49.90, order 4711", "  matched order_id; look at it with", "    gateway conversions show \(id)",
                    ])
                #expect(run.errors == "texts inside conversions, repeats and replies were not read; --everywhere does that too\n")
                #expect(run.lines.allSatisfy { $0.count <= 80 })
            }
        }

        @Test func `a refused request, a repeat and a refund that waits are found`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                #expect(try await Samples.sale("lost-1", cents: -5).post(port).status != 200)
                #expect(try await CorrectionFixture.refund("early-1").post(port).status == 200)
                #expect(try await Samples.sale("twice-1").post(port).status == 200)
                #expect(try await Samples.sale("twice-1", cents: 1, more: #","note":"other-1""#).post(port).status == 200)

                let refused = try #require(try await Self.hits(bench, "lost-1").first)
                #expect(refused["matched"] == ["externalId in its body"])
                #expect(refused.text("next") == "gateway refused show 1")
                #expect(try await bench.run("refused", "show", "1").status == 0)
                #expect(try await Self.hits(bench, "1").first?["matched"] == ["number"])

                let waiting = try #require(try await Self.hits(bench, "early-1").first)
                #expect(waiting.text("kind") == "waiting")
                #expect(waiting.text("next") == "gateway conversions --waiting --order-id early-1")
                #expect(try await bench.run("conversions", "--waiting", "--order-id", "early-1").lines.count == 2)

                let repeated = try #require(try await Self.hits(bench, "other-1").first)
                #expect(repeated["matched"] == ["a repeat's extra.note"])
                #expect(repeated["conversion"]?.text("order_id") == "twice-1")
            }
        }

        @Test func `if nothing is found, the sentence says what was searched`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                #expect(try await Samples.sale("4711").post(port).status == 200)
                _ = try await bench.settled(1)
                let since = try #require(try await bench.rows("conversions").first).text("received_at")
                let run = try await bench.run("find", "471", "--utc")
                #expect(run.status == 1)
                #expect(run.output == "")
                #expect(
                    run.errors == """
                        nothing is stored of '471'; searched 1 conversion or correction since \(since), 0 waiting corrections, \
                        0 refused requests, 0 repeats, 1 reply; a request that got no answer left no trace; \
                        `gateway conversions --since yesterday` lists what came lately

                        """)
                let empty = try await bench.run("find", " ")
                #expect(empty.status == 64)
                #expect(empty.errors.hasPrefix("Error: name what is looked for, such as an order id: gateway find 4711\n"))
            }
        }

        private static func hits(_ bench: Workbench, _ text: String) async throws -> [JSONValue] {
            let run = try await bench.run("find", "--json", text)
            #expect(run.status == 0, "\(text): \(run.errors)")
            guard case .array(let hits) = try JSONValue(parsing: run.output) else { return [] }
            return hits
        }
    }
}
