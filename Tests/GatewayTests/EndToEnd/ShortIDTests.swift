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
                let unknown = try await bench.run("replay", "00000000")
                #expect(unknown.status == 1)
                #expect(unknown.errors.contains("there is no conversion '00000000'"))
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
