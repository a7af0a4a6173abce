import Foundation
import Mappings
import Rules
import Testing

extension EndToEnd {
    /// What senders and trackers sent is shown without anything that a terminal obeys, reorders or hides.
    struct PrintedTextTests {
        /// Line breaks are in every output, so they are looked for in another way.
        private static let forbidden: Set<Unicode.Scalar> = Set(
            [
                0x00...0x09, 0x0B...0x1F, 0x7F...0x9F, 0xAD...0xAD, 0x61C...0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2060,
                0x2066...0x2069, 0xFEFF...0xFEFF, 0xE0000...0xE007F,
            ].flatMap { (range: ClosedRange<UInt32>) in range.compactMap { Unicode.Scalar($0) } })

        /// Each of them in one of some texts, each text with a line break.
        private static let texts: [String] = {
            let all = forbidden.subtracting(["\0"]).sorted()
            return stride(from: 0, to: all.count, by: 12).map { start in
                var text = "t\(start)\nFORGED LINE"
                text.unicodeScalars.append(contentsOf: all[start..<min(start + 12, all.count)])
                return text + "."
            }
        }()

        private static func json(_ text: String) -> String {
            text.utf16.map { "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16) }.joined()
        }

        private static func sale(_ text: String, cents: Int = 100) -> Sample {
            Samples.sale(json(text), cents: cents, more: #","metadata":{"\#(json(text))":"\#(json(text))"}"#)
        }

        private static func refused(_ text: String) -> Sample {
            var sample = Samples.sale(json(text), key: "wrong", more: #","wat":"\#(json(text))""#)
            sample.target += "?note=\(text.percentEncoded)"
            sample.headers.append(("X-Note", text.filter { $0.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F } }))
            return sample
        }

        private func expectReadable(_ text: String, _ what: String) {
            let raw = text.unicodeScalars.first { Self.forbidden.contains($0) }
            #expect(raw == nil, "\(what) prints U+\(String(raw?.value ?? 0, radix: 16))")
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("FORGED") }, "\(what) prints a line of a stranger's")
        }

        @Test func `nothing that was sent reaches a terminal raw, and JSON keeps the values`() async throws {
            let replies = Self.texts
            let script: ScriptedTracker.Script = { number, _ in
                let text = replies[number % replies.count]
                return switch number % 3 {
                case 0: .reply(422, body: text)
                case 1: .reply(302, headers: [("Location", "https://t.example/\(text.filter { $0 > " " && $0 != "\u{7F}" })")])
                default: .reply(200, body: text)
                }
            }
            try await Workbench.use(ConfigurationText(sources: [.shop], to: [.postback("main", "/p?cid={click_id}")]), tracker: script) {
                bench, _ in
                var log = ""
                try await bench.serve("--log-level", "debug") { gateway, port in
                    for text in Self.texts {
                        #expect(try await Self.sale(text).post(port).status == 200)
                        #expect(try await Self.sale(text, cents: 200).post(port).status == 200)
                        #expect(try await Self.refused(text).post(port).status == 401)
                        _ = try await CorrectionFixture.refund("w" + Self.json(text)).post(port)
                    }
                    _ = try await bench.settled(Self.texts.count)
                    log = gateway.errors
                }
                expectReadable(log, "the log")
                #expect(try await bench.run("pause", "main", "--reason", Self.texts[1]).status == 0)
                try await list(bench)
                let rows = try await bench.rows("conversions")
                #expect(Set(rows.map { $0.text("order_id") }) == Set(Self.texts))
            }
        }

        private func list(_ bench: Workbench) async throws {
            var commands = [
                ["conversions"], ["conversions", "--repeated"], ["conversions", "--waiting"], ["deliveries"], ["deliveries", "--failed"],
                ["refused"], ["destinations"],
            ].flatMap { [$0, $0 + ["--json"]] }
            commands += [
                ["replay", "--dry-run", "--state", "rejected"], ["replay", "--dry-run", "--refused", "--source", "shop"], ["doctor"],
                ["conversions", "show", Self.texts[2]], ["conversions", "--type", Self.texts[2]], ["deliveries", "show", Self.texts[2]],
            ]
            for command in commands { _ = try await check(bench, command) }
            for row in try await bench.rows("conversions") {
                for command in [["conversions", "show", row.text("id")], ["conversions", "show", row.text("id"), "--json"]] {
                    #expect(try await check(bench, command).contains("\\u"), "\(command)")
                }
            }
            for row in try await bench.rows("refused").prefix(4) {
                _ = try await check(bench, ["refused", "show", row.text("id")])
                _ = try await check(bench, ["refused", "show", row.text("id"), "--json"])
            }
            for text in Self.texts { _ = try await check(bench, ["explain", "--source", "shop"], input: Self.sale(text).raw) }
        }

        private func check(_ bench: Workbench, _ command: [String], input: String = "") async throws -> String {
            let run = try await bench.run(command, input: input)
            expectReadable(run.output + run.errors, command.joined(separator: " ").debugDescription)
            return run.output
        }

        @Test func `the sandbox prints what it receives in the same way`() async throws {
            try await Workbench.use { bench in
                let sandbox = try bench.start("sandbox", "--listen", "127.0.0.1:0")
                let port = try await sandbox.port()
                for text in Self.texts { #expect(try await Self.sale(text).post(port).status == 200) }
                try await until { sandbox.lines.filter { $0.contains("FORGED") }.count >= Self.texts.count }
                expectReadable(sandbox.output + sandbox.errors, "the sandbox")
                sandbox.terminate()
                #expect(try await sandbox.ended() == 0)
            }
        }
    }
}
