import Foundation
import Testing

extension EndToEnd {
    /// What the program says of itself, and of where it looks.
    struct ManualTests {
        @Test func `the manual page has every command and option, and man reads it without a warning`() async throws {
            try await Workbench.use { bench in
                let page = try await bench.run("manual")
                #expect(page.status == 0 && page.errors == "")
                #expect(page.output.hasPrefix(".TH \"GATEWAY\" 1 2"))
                for part in [".SS \"conversions show\"", ".SS \"sums\"", ".B \\-\\-not\\-routed", ".B \\-\\-since <time>", ".B NO_COLOR"] {
                    #expect(page.lines.contains(part), "\(part)")
                }
                #expect(page.lines.count { $0 == ".B \\-\\-env\\-file <file>" } == 1, "described once")
                // No line begins with what is no macro.
                let macros = [".TH ", ".SH ", ".SS ", ".TP", ".B ", ".PP", ".br"]
                for line in page.lines where line.hasPrefix(".") || line.hasPrefix("'") {
                    #expect(macros.contains { line.hasPrefix($0) }, "\(line)")
                }
                try bench.write(page.output, to: "gateway.1")
                guard FileManager.default.isExecutableFile(atPath: "/usr/bin/man") else { return }
                let files = SpawnedProcess.Files(output: "\(bench.folder)/man.out", errors: "\(bench.folder)/man.err")
                let man = try SpawnedProcess(
                    ["/usr/bin/man", "--warnings", "-l", "\(bench.folder)/gateway.1"],
                    environment: ["LC_ALL": "C.UTF-8", "MANWIDTH": "200"], files: files)
                #expect(try await man.ended() == 0)
                #expect(try String(contentsOfFile: files.errors, encoding: .utf8) == "")
                #expect(try String(contentsOfFile: files.output, encoding: .utf8).contains("gateway conversions show"))
            }
        }

        @Test func `--verbose says which files and which time a command looks at`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("main", "/pb?cid={click_id}")])
            try await Workbench.serve(configuration) { (bench, _, port, _) async throws in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                bench.set("TZ", "Europe/Berlin")
                let folder = URL(filePath: bench.folder).standardizedFileURL.path
                let quiet = try await bench.run("conversions", "--since", "2026-11-26")
                #expect(quiet.errors.split(separator: "\n").allSatisfy { !$0.hasPrefix("store: ") })
                let list = try await bench.run(
                    "conversions", "--verbose", "--since", "2020-11-26", "--until", "2021-11-26", "--by-date", "occurred")
                let told = list.errors.split(separator: "\n").map(String.init)
                #expect(told.first == "configuration: \(folder)/gateway.yaml")
                #expect(told.dropFirst().first?.hasPrefix("store: \(folder)/gateway.db, ") == true, "\(told)")
                #expect(
                    told.dropFirst(2).first == "time: occurred from 2020-11-26T00:00:00+01:00, before 2021-11-27T00:00:00+01:00")
                let other = try await bench.run("deliveries", "--verbose", "--config", "none.yaml", "--store", "gateway.db")
                #expect(
                    other.errors.split(separator: "\n").first
                        == "configuration: none, because \(folder)/none.yaml is missing or has mistakes")
                #expect(other.errors.contains("\ntime: all\n") && other.status == 0)
                let shown = try await bench.run("conversions", "show", "--verbose", "o-1")
                #expect(shown.errors.contains("store: \(folder)/gateway.db") && !shown.output.contains("store: "))
            }
        }
    }
}
