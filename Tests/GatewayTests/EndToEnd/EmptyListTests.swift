import Testing

extension EndToEnd {
    /// A list without a row says what was searched, and names a command that shows more.
    struct EmptyListTests {
        private static let refused = "; a refused request is under `gateway refused`"

        private static func check(_ rows: [(arguments: String, sentence: String)], _ bench: Workbench) async throws {
            for (arguments, sentence) in rows {
                let run = try await bench.run(arguments.split(separator: " ").map(String.init))
                #expect(run.status == 0, "\(arguments)")
                #expect(run.output == "", "\(arguments)")
                #expect(run.errors == sentence + "\n", "\(arguments)")
            }
        }

        @Test func `an empty list says how many there are without its filters`() async throws {
            try await Workbench.serve(ConfigurationText(sources: [.shop], to: [.postback("u", "/u?cid={click_id}")])) {
                bench, _, port, _ in
                try await Self.check(Self.nothingStored, bench)
                #expect(try await Samples.sale("s1").post(port).status == 200)
                _ = try await bench.settled(1)
                try await Self.check(Self.oneStored, bench)
                for order in ["s2", "s3"] { #expect(try await Samples.sale(order).post(port).status == 200) }
                for order in ["w1", "w2"] { #expect(try await CorrectionFixture.refund(order).post(port).status == 200) }
                for _ in 0..<2 { #expect(try await Samples.sale("", cents: 1).post(port).status == 400) }
                for path in ["/favicon.ico", "/robots.txt"] {
                    #expect(await RawConnection.exchange(port, "GET \(path) HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
                }
                _ = try await bench.settled(3)
                try await until { try await bench.rows("refused", "--unrouted").count == 2 }
                try await Self.check(Self.someStored, bench)
                try await Self.check(Self.behindTheLast, bench)
                #expect(try await bench.run("deliveries", "--state", "dead", "--json").errors == "")
                let json = try await bench.run("deliveries", "--offset", "500", "--json")
                #expect(json.output == "[]\n" && json.errors == "there are 3; --offset 500 is behind the last\n")
                let elsewhere = try await bench.run("deliveries", "--state", "dead", "--store", "\(bench.folder)/gateway.db")
                #expect(
                    elsewhere.errors
                        == "none of 3 deliveries matches; `gateway deliveries --store \(bench.folder)/gateway.db` lists the last of them\n")
            }
        }

        private static let nothingStored = [
            ("deliveries", "there are no deliveries yet"), ("deliveries --failed", "there are no deliveries yet"),
            ("deliveries --not-routed", "there are no conversions yet" + refused),
            ("conversions", "there are no conversions yet" + refused),
            ("conversions --waiting", "no correction waits for its conversion"),
            ("refused", "there are no refused requests that reached a tracker"),
            ("refused --unrouted", "every request that was kept reached a tracker"),
            ("replay --failed", "nothing to send again: there are no deliveries yet"),
            ("replay --refused", "nothing to send again: there are no refused requests that reached a tracker"),
            ("replay --waiting", "nothing to apply: no correction waits for its conversion"),
        ]

        private static let oneStored = [
            ("deliveries --state dead", "the only delivery does not match; `gateway deliveries` lists it"),
            ("conversions --repeated", "the only conversion does not match; `gateway conversions` lists it" + refused),
            (
                "replay --destination u",
                "nothing to send again: the only delivery does not match or is not skipped, rejected or dead; `gateway deliveries` lists it"
            ),
        ]

        private static let someStored = [
            ("deliveries --destination u --state dead", "none of 3 deliveries matches; `gateway deliveries` lists the last of them"),
            ("deliveries --failed", "none of 3 deliveries matches; `gateway deliveries` lists the last of them"),
            (
                "deliveries --not-routed --order-id s9",
                "none of 3 conversions matches; `gateway conversions` lists the last of them" + refused
            ),
            (
                "deliveries --not-routed --order-id s1",
                "every conversion that matches has a delivery; --destination NAME finds those that did not go there"
            ),
            (
                "conversions --since 2020-01-01 --until 2020-01-02",
                "none of 3 conversions matches; `gateway conversions` lists the last of them" + refused
            ),
            (
                "conversions --waiting --order-id w9",
                "none of 2 waiting corrections matches; `gateway conversions --waiting` lists the last of them"
            ),
            ("refused --code unauthorized", "none of 2 refused requests matches; `gateway refused` lists the last of them"),
            (
                "refused --unrouted --until 2020-01-01",
                "none of 2 unrouted requests matches; `gateway refused --unrouted` lists the last of them"
            ),
            (
                "replay --destination u --state dead",
                "nothing to send again: none of 3 deliveries matches; `gateway deliveries` lists the last of them"
            ),
            (
                "replay --destination u",
                "nothing to send again: none of 3 deliveries matches and is skipped, rejected or dead; `gateway deliveries` lists the last of them"
            ),
            (
                "replay --refused --until 2020-01-01",
                "nothing to send again: none of 2 refused requests matches and was not run again so far; `gateway refused` lists the last of them"
            ),
            (
                "replay --waiting --order-id w9",
                "nothing to apply: none of 2 waiting corrections matches; `gateway conversions --waiting` lists the last of them"
            ),
            (
                "replay --to u --order-id s9",
                "nothing to send again: none of 3 conversions matches; `gateway conversions` lists the last of them" + refused
            ),
            ("replay --to u --order-id s1", "1 conversion has a delivery to 'u' already; send it again with --destination u"),
        ]

        private static let behindTheLast = [
            ("conversions --offset 500", "there are 3; --offset 500 is behind the last"),
            ("conversions --order-id s1 --offset 1", "there is 1; --offset 1 is behind the last"),
            ("conversions --waiting --offset 2", "there are 2; --offset 2 is behind the last"),
            ("deliveries --offset 3", "there are 3; --offset 3 is behind the last"),
            ("refused --source shop --offset 2", "there are 2; --offset 2 is behind the last"),
            ("replay --state delivered --offset 3", "nothing to send again: there are 3; --offset 3 is behind the last"),
        ]
    }
}
