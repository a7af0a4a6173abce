import Mappings
import Testing

extension EndToEnd {
    /// What makes no conversion is said, listed, and can be made one.
    struct LostRequestTests {
        private static let shop = ConfigurationText(
            sources: [.shop, .store, .network], to: [.postback("u", "/u?id={order_id}&sum={amount}")])

        private static func sale(at path: String, _ id: String) -> Sample {
            var sale = Samples.sale(id)
            sale.target = path + sale.target
            return sale
        }

        // MARK: Paths

        @Test func `the plugin's own path is answered, and a path with doubled slashes or a base path too`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                var order = Samples.refersion
                order.target = "/woocommerce/orders/paid"
                #expect(try await order.post(port).status == 200)
                #expect(try await Self.sale(at: "/", "o-1").post(port).status == 200)
                #expect(try await Self.sale(at: "/hooks/gateway", "o-2").post(port).status == 200)
                _ = try await bench.settled(3)
                #expect(
                    tracker.received.map(\.uri).sorted() == [
                        "/u?id=20150401102883&sum=63.75", "/u?id=o-1&sum=49.90", "/u?id=o-2&sum=49.90",
                    ])
                let shown = try await bench.run("conversions", "show", "o-2")
                #expect(
                    shown.output.contains(
                        "the request came to '/hooks/gateway/api/v1/conversions/postback', which was taken for '/api/v1/conversions/postback': send to that"
                    ))
            }
        }

        // MARK: What reaches no tracker

        @Test func `what reaches no tracker is logged once, listed, and can be run again`() async throws {
            try await Workbench.serve(Self.shop) { bench, gateway, port, tracker in
                var lost = Samples.sale("o-1")
                lost.target = "/api/v2/conversion"
                #expect(try await lost.post(port).status == 404)
                #expect(try await lost.post(port).status == 404)
                #expect(await RawConnection.exchange(port, "GET /favicon.ico HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
                #expect(await RawConnection.exchange(port, "GET /favicon.ico HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
                #expect(
                    await RawConnection.exchange(port, "GET /api/v1/conversions/postback?a=b HTTP/1.1\r\nHost: g\r\n\r\n").first.status
                        == 405)
                #expect(await RawConnection.exchange(port, "\u{16}\u{3}\u{1} hello\r\n\r\n").first.status == 400)
                #expect(await RawConnection.exchange(port, "POST /api/v1/conversions/postback HTTP/1.1\r\n\r\n").first.status == 400)
                let rows = try await eventually { () -> [JSONValue]? in
                    let rows = try await bench.rows("refused", "--unrouted")
                    return rows.count == 6 ? rows : nil
                }
                let codes = try #require(rows).map { "\($0.text("code")) \($0["request"]?.text("target") ?? "")" }.sorted()
                #expect(
                    codes == [
                        "method_not_allowed /api/v1/conversions/postback?a=b", "not_found /api/v2/conversion",
                        "not_found /api/v2/conversion",
                        "not_found /favicon.ico", "not_http ", "not_http /api/v1/conversions/postback",
                    ])
                #expect(try await bench.rows("refused").count == 0)
                let list = try await bench.run("refused")
                #expect(
                    list.errors
                        == "6 more reached no tracker; list them with --unrouted\nthere are no refused requests that reached a tracker\n")
                #expect(!list.output.contains("rc_test_demo_sender_1"))
                #expect(try await gateway.hasLogged("requests reach no tracker: nothing answers at '/api/v2/conversion'"))
                #expect(gateway.errors.ranges(of: "requests reach no tracker").count == 1)
                let number = try #require(rows?.first { $0.text("code") == "not_found" && $0["request"]?.text("method") == "POST" }).text(
                    "id")
                let replay = try await bench.run("replay", number, "--source", "shop")
                #expect(replay.status == 0, "\(replay.errors)")
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/u?id=o-1&sum=49.90"])
            }
        }

        @Test func `a request line that is no HTTP is kept as it came, and can be run again`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                #expect(await RawConnection.exchange(port, "\u{16}\u{3}\u{1} hello\r\n\r\n").first.status == 400)
                let target = "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=c 9&amount=1.5&txn_id=t-9"
                #expect(await RawConnection.exchange(port, "GET \(target) HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 400)
                #expect(await RawConnection.exchange(port, "GET /a?cid=7 HTTP/1.1\r\nHost: g\r\nX Y: 1\r\n\r\n").first.status == 400)
                let rows = try #require(
                    try await eventually { () -> [JSONValue]? in
                        let rows = try await bench.rows("refused", "--unrouted")
                        return rows.count == 3 ? rows : nil
                    })
                let targets = rows.map { $0["request"]?.text("target") ?? "" }
                #expect(targets.contains("/api/postback/your-brand/offer-slug?secret=***&click_id=c 9&amount=1.5&txn_id=t-9"), "\(targets)")
                #expect(targets.contains("/a?cid=7") && rows.allSatisfy { $0.text("code") == "not_http" })
                let number = try #require(rows.first { $0["request"]?.text("target").contains("c 9") ?? false }).text("id")
                let replay = try await bench.run(
                    "replay", number, "--source", "network", "--query", "click_id=c%209&amount=1.5&txn_id=t-9")
                #expect(replay.status == 0, "\(replay.errors)")
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/u?id=t-9&sum=1.50"])
            }
        }

        @Test func `a request that breaks off is kept as far as it came`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, _ in
                for order in ["o-1", "o-2"] {
                    let torn = await RawConnection.exchange(port, [.text(String(Samples.sale(order).raw.dropLast(5))), .finish])
                    #expect(torn.first.status == 400)
                }
                let rows = try #require(
                    try await eventually { () -> [JSONValue]? in
                        let rows = try await bench.rows("refused", "--unrouted")
                        return rows.count == 2 ? rows : nil
                    })
                let bodies = rows.map { $0["request"]?.text("body") ?? "" }
                for order in ["o-1", "o-2"] { #expect(bodies.contains { $0.contains("\"externalId\":\"\(order)\"") }, "\(bodies)") }
                #expect(!"\(rows)".contains("rc_test_demo_sender_1"))
                let replay = try await bench.run("replay", rows[0].text("id"), "--source", "shop")
                #expect(
                    replay.status == 1 && replay.errors.contains("of its body were kept, so it cannot be run again"), "\(replay.errors)")
            }
        }

        @Test func `a flood of what reaches no tracker leaves a bounded list, and pushes out no sender's request`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, _ in
                let bad = try await Samples.sale("o-1", more: #","amount":"x""#).post(port)
                #expect(bad.status == 400)
                for number in 1...150 {
                    #expect(await RawConnection.exchange(port, "GET /nowhere?n=\(number) HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
                }
                // One address has a share in a minute; `UnroutedPaceTests` has the number.
                let (unrouted, others) = (try await bench.rows("refused", "--unrouted"), try await bench.rows("refused"))
                #expect((100..<150).contains(unrouted.count) && others.count == 1)
                let doctor = try await bench.run("doctor")
                #expect(!doctor.output.contains("are counted"))
            }
        }

        // MARK: Refusals

        @Test func `a refusal is a warning with its number and its reason`() async throws {
            try await Workbench.serve(Self.shop) { bench, gateway, port, _ in
                #expect(try await Samples.sale("o-1", more: #","eventName":5"#).post(port).status == 200)
                var sale = Samples.sale("o-2")
                sale.body = sale.body.replacing("4990", with: "\"x\"")
                let status = try await sale.post(port).status
                #expect(status == 422 || status == 400)
                let row = try #require(try await bench.rows("refused").first)
                #expect(try await gateway.hasLogged("a request was refused: \(row.text("reason"))"))
                let line = try #require(gateway.errors.split(separator: "\n").first { $0.contains("a request was refused") })
                #expect(line.contains(" warning ") && line.contains("number=\(row.text("id"))") && line.contains("source=shop"), "\(line)")
            }
        }

        @Test func `an edited copy of a refused request becomes a conversion, and the original stays`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                var sale = Samples.sale("o-1")
                let good = sale.body
                sale.body = good.replacing("4990", with: "\"4 990\"")
                #expect(try await sale.post(port).status >= 400)
                let number = try #require(try await bench.rows("refused").first).text("id")
                try bench.write(good + "\n", to: "edited.json")
                let preview = try await bench.run("replay", number, "--body", "edited.json", "--dry-run")
                #expect(preview.output.contains("would become a conversion of 'shop', for u"), "\(preview.output)\(preview.errors)")
                #expect(try await bench.run("replay", number).status == 1)
                let replay = try await bench.run("replay", number, "--body", "edited.json", "--header", "X-Note: by hand")
                #expect(replay.status == 0 && replay.output.hasPrefix("refused request \(number) became conversion "), "\(replay.errors)")
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/u?id=o-1&sum=49.90"])
                let kept = try JSONValue(parsing: try await bench.run("refused", "show", number, "--json").output)
                #expect(kept["request"]?.text("body") == sale.body)
                let shown = try await bench.run("conversions", "show", "o-1").output
                #expect(
                    shown.contains(
                        "run again from refused request \(number) with another body, another header X-Note; `gateway refused show \(number)` has the original"
                    ))
                #expect(shown.contains("X-Note: by hand"))
                let once = try await bench.run("replay", number, "--body", "edited.json")
                #expect(
                    once.status == 1 && once.errors.hasPrefix("refused request \(number) was run again already, see "), "\(once.errors)")
                let twice = try await bench.run("replay", number, "--body", "edited.json", "--again")
                #expect(twice.output.contains("which is stored already"), "\(twice.output)\(twice.errors)")
            }
        }

        @Test func `an edited query makes a refused postback right, and a wrong edit gets a sentence`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                var call = Samples.trcker
                call.target = "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=c&amount=1,5&txn_id=t-1"
                #expect(try await call.post(port).status == 400)
                let number = try #require(try await bench.rows("refused").first).text("id")
                let replay = try await bench.run("replay", number, "--query", "click_id=c&amount=1.5&txn_id=t-1")
                #expect(replay.status == 0, "\(replay.errors)")
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/u?id=t-1&sum=1.50"])
                for (arguments, sentence) in [
                    (["replay", "--refused", "--body", "x"], "--body, --query and --header change one refused request; name its number"),
                    (["replay", number, "--header", "x"], "--header takes NAME:VALUE, found 'x'"),
                    (["replay", number, "--body", "missing.json"], "'missing.json' cannot be read; name the file with the body"),
                    (["replay", number, "--repeat", "1"], "--repeat takes a number from 1 beside one conversion's id"),
                ] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == 64 && run.errors.contains(sentence), "\(arguments): \(run.errors)")
                }
            }
        }

        // MARK: Repeats

        @Test func `a repeat with the same content becomes a conversion of its own, and one more only if asked again`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                for _ in 1...3 { #expect(try await Samples.sale("o-1").post(port).status == 200) }
                let id = try #require(try await bench.settled(1).first).text("conversion")
                #expect(try await bench.run("conversions", "show", id).output.contains("`gateway replay ID --repeat same`"))
                let preview = try await bench.run("replay", id, "--repeat", "same", "--dry-run")
                #expect(preview.output.contains("would become a conversion of 'shop', for u"), "\(preview.output)\(preview.errors)")
                #expect(try await bench.run("replay", id, "--repeat", "same").output.contains("1 of 1 became conversions"))
                let twice = try await bench.run("replay", id, "--repeat", "same").output
                #expect(twice.contains("which is stored already; --again makes one more"), "\(twice)")
                #expect(try await bench.run("replay", id, "--repeat", "same", "--again").output.contains("1 of 1 became conversions"))
                let spent = try await bench.run("replay", id, "--repeat", "same", "--again").output
                #expect(spent.contains("every one that came is a conversion by now"), "\(spent)")
                _ = try await bench.settled(3)
                #expect(tracker.received.map(\.uri) == Array(repeating: "/u?id=o-1&sum=49.90", count: 3))
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                let fresh = try #require(try await bench.rows("conversions").first).text("id")
                let none = try await bench.run("replay", fresh, "--repeat", "same")
                #expect(none.status == 1 && none.errors.contains("has not come again with the same content"), "\(none.errors)")
            }
        }

        @Test func `a sale that comes again is listed with how often, equal and other`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, _ in
                for order in ["o-0", "o-1", "o-1", "o-1", "o-2", "o-2"] {
                    #expect(try await Samples.sale(order).post(port).status == 200)
                }
                #expect(try await Samples.sale("o-2", cents: 3000).post(port).status == 200)
                let rows = try await bench.rows("conversions", "--repeated")
                #expect(rows.map { $0.text("order_id") } == ["o-2", "o-1"])
                #expect(
                    rows.map { $0["sent_again"] } == [
                        .object(["same_content": .number("1"), "other_content": .number("1")]),
                        .object(["same_content": .number("2"), "other_content": .number("0")]),
                    ])
                let listed = try await bench.run("conversions", "--repeated", "--wide")
                #expect(listed.lines.contains { $0.hasSuffix("1 equal, 1 other") } && listed.lines.contains { $0.hasSuffix("2 equal") })
                #expect(!(try await bench.run("conversions", "--wide").output.contains("equal")))
            }
        }

        @Test func `a repeat with other content becomes a conversion of its own, once`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                for cents in [4990, 4990, 3000, 2000] { #expect(try await Samples.sale("o-1", cents: cents).post(port).status < 500) }
                let row = try #require(try await bench.rows("conversions", "--repeated").first)
                let id = row.text("id")
                #expect(try await bench.run("conversions", "show", id).output.contains("repeat 2: `gateway replay ID --repeat 2`"))
                let preview = try await bench.run("replay", id, "--repeat", "2", "--dry-run")
                #expect(preview.output.contains("would become a conversion of 'shop', for u"), "\(preview.output)\(preview.errors)")
                let first = try await bench.run("replay", id, "--repeat", "2")
                #expect(first.status == 0 && first.output.hasPrefix("repeat 2 of conversion \(id) became conversion "), "\(first.errors)")
                let again = try await bench.run("replay", id, "--repeat", "2")
                #expect(again.output.contains("which is stored already"), "\(again.output)\(again.errors)")
                let none = try await bench.run("replay", id, "--repeat", "3")
                #expect(none.errors.contains("has 2 repeats with other content, numbered from 1"), "\(none.errors)")
                _ = try await bench.settled(2)
                #expect(tracker.received.map(\.uri).sorted() == ["/u?id=o-1&sum=20.00", "/u?id=o-1&sum=49.90"])
                let all = try await bench.rows("conversions")
                #expect(all.map { $0.text("amount") }.sorted() == ["20.00", "49.90"])
            }
        }

        @Test func `an edited repeat that is run again is kept as a repeat of the original, not of its copy`() async throws {
            try await Workbench.serve(Self.shop) { bench, _, port, tracker in
                for cents in [4990, 3000] { #expect(try await Samples.sale("o-1", cents: cents).post(port).status < 500) }
                let original = try #require(try await bench.rows("conversions").first).text("id")
                let body = Samples.sale("o-1", cents: 3000).body.replacing("o-1", with: "o-2")
                for (name, cents) in [("first.json", "3000"), ("second.json", "3100")] {
                    try bench.write(body.replacing("3000", with: cents), to: name)
                    let run = try await bench.run("replay", original, "--repeat", "1", "--body", name)
                    #expect(run.status == 0, "\(run.errors)")
                }
                // The same repeat as it came is no further message.
                #expect(try await bench.run("replay", original, "--repeat", "1").output.contains("which is stored already"))
                _ = try await bench.settled(2)
                #expect(tracker.received.map(\.uri).sorted() == ["/u?id=o-1&sum=49.90", "/u?id=o-2&sum=30.00"])
                #expect(try await bench.rows("conversions", "--repeated").map { $0.text("id") } == [original])
                let shown = try await bench.run("conversions", "show", original).output
                #expect(shown.contains("repeat 2: ") && shown.contains("\"amount\":3100") && !shown.contains("repeat 3: "), "\(shown)")
                #expect(!(try await bench.run("conversions", "show", "o-2").output.contains("sent again")))
            }
        }
    }
}
