import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// The ids that a narrow list shows are ids for the other commands.
    struct ShortIDTests {
        @Test func `the first characters of an id are taken where the id is`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("main", "/pb?cid={click_id}"), .postback("other", "/pb?cid={click_id}")])
            try await Workbench.serve(configuration) { bench, _, port, _ in
                for name in ["s1", "s2"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                _ = try await bench.settled(4)
                let ids = try await bench.rows("conversions").map { $0.text("id") }
                let prefix = String(ids[0].prefix(zip(ids[0], ids[1]).prefix { $0 == $1 }.count + 1))
                #expect(prefix.count < 26)
                for arguments in [
                    ["conversions", "show", prefix], ["deliveries", "show", prefix], ["deliveries", "show", prefix + ":main"],
                    ["find", prefix.lowercased()],
                ] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == 0, "\(arguments): \(run.errors)")
                    #expect(run.output.contains(ids[0]), "\(arguments)")
                    #expect(!run.output.contains(ids[1]), "\(arguments)")
                }
                let one = try await bench.run("replay", prefix + ":main")
                #expect(one.status == 0)
                #expect(one.output.hasPrefix("1 delivery is due now (1 delivered before)"))
                let both = try await bench.run("replay", "--dry-run", prefix)
                #expect(both.output.contains("\(ids[0])") && !both.output.contains(ids[1]))

                let common = String(ids[0].prefix(6))
                for arguments in [["conversions", "show", common], ["deliveries", "show", common + ":main"], ["replay", common]] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == 1, "\(arguments)")
                    #expect(run.errors.contains("may be any of 2 conversions; name one by its id"), "\(arguments): \(run.errors)")
                    #expect(run.errors.contains(ids[0]) && run.errors.contains(ids[1]))
                }
                let missing = "01M80000000000000000000000"
                for (arguments, id) in [
                    (["replay", "00000000"], "00000000"), (["replay", missing], missing), (["replay", missing + ":main"], missing),
                    (["replay", missing, "--to", "main"], missing), (["replay", missing, "--repeat", "1"], missing),
                    (["deliveries", "show", missing], missing),
                ] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == 1, "\(arguments)")
                    #expect(run.errors == "there is no conversion '\(id)'; look everywhere with `gateway find \(id)`\n", "\(arguments)")
                }
            }
        }

        @Test func `a delivery is shown by its order id, and one that there is not says where the conversion went`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("main", "/pb?cid={click_id}"), .postback("other", "/pb?cid={click_id}")],
                routes: [#"{ from: "*", to: main, when: amount > 1 }"#])
            try await Workbench.serve(configuration) { bench, _, port, _ in
                for order in ["s1", "s:2"] { #expect(try await Samples.sale(order).post(port).status == 200) }
                #expect(try await Samples.sale("s3", cents: 1).post(port).status == 200)
                _ = try await bench.settled(2)
                for order in ["s1", "s:2"] {
                    let id = try #require(try await bench.rows("conversions", "--order-id", order).first).text("id")
                    for text in [order, order + ":main", id, id + ":main"] {
                        let run = try await bench.run("deliveries", "show", text)
                        #expect(run.status == 0, "\(text): \(run.errors)")
                        #expect(run.lines.first == "conversion \(id)", "\(text)")
                        #expect(run.output.contains("→ main: delivered"), "\(text)")
                    }
                    let sentence = "conversion \(id) has no delivery to 'other'; `gateway conversions show \(id)` says where it went\n"
                    for arguments in [["deliveries", "show", order + ":other"], ["replay", id + ":other"]] {
                        let run = try await bench.run(arguments)
                        #expect(run.status == 1 && run.errors == sentence, "\(arguments): \(run.errors)")
                    }
                }
                let nowhere = try #require(try await bench.rows("conversions", "--order-id", "s3").first).text("id")
                let replay = try await bench.run("replay", nowhere)
                #expect(replay.status == 1)
                #expect(
                    replay.errors
                        == "conversion \(nowhere) has no deliveries; `gateway conversions show \(nowhere)` says which routes did not take it\n"
                )
                let unknown = try await bench.run("deliveries", "show", "s9:main")
                #expect(unknown.status == 1)
                #expect(unknown.errors == "there is no conversion 's9'; look everywhere with `gateway find s9`\n")
            }
        }

        @Test func `columns are chosen by name, and a wrong one is answered with the right ones`() async throws {
            try await Workbench.serve(ConfigurationText(sources: [.shop], to: [.postback("main", "/pb?cid={click_id}")])) {
                bench, _, port, _ in
                #expect(try await Samples.sale("s1").post(port).status == 200)
                _ = try await bench.settled(1)
                let run = try await bench.run("deliveries", "--columns", "order,state,next_try")
                #expect(run.lines == ["order  state      next try", "s1     delivered  "])
                let sums = try await bench.run("sums", "--columns", "not_routed,conversions")
                #expect(sums.lines == ["not routed  conversions", "            1"])
                let wrong = try await bench.run("deliveries", "--columns", "ordr")
                #expect(wrong.status == 64)
                #expect(wrong.errors.hasPrefix("Error: there is no column 'ordr'; did you mean 'order'?\n"))
                #expect(try await bench.run("sums", "--csv", "--columns", "amount").status == 64)
            }
        }

        @Test(arguments: ["bash", "zsh", "fish"]) func `a shell gets its script`(shell: String) async throws {
            try await Workbench.use { bench in
                let run = try await bench.run("completions", shell)
                #expect(run.status == 0)
                #expect(run.output.contains("conversions") && run.output.contains("env-file"))
                #expect(!run.output.contains("\\u00"))
            }
        }
    }
}
