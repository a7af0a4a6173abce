import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Times that an operator writes, and times that are shown to one.
    struct TimeTests {
        @Test func `times are read and shown in the terminal's zone, and --json stays UTC`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                bench.set("TZ", "Asia/Kolkata")
                #expect(try await Samples.sale("ord_1").post(port).status == 200)
                #expect(try await Samples.sale("", cents: 1).post(port).status == 400)
                let row = try #require(try await bench.rows("conversions").first)
                let received = try #require(Timestamp(iso8601: row.text("received_at")))
                #expect(row.text("received_at").hasSuffix("Z"))
                let shown = received.advanced(by: .seconds(19_800)).description.replacing("Z", with: "+05:30")

                #expect(try await bench.run("conversions").output.contains("  \(shown)  "))
                #expect(try await bench.run("conversions", "--utc").output.contains("  \(received)  "))
                #expect(try await bench.run("refused").output.contains("+05:30  shop"))
                #expect(!(try await bench.run("refused", "--utc").output.contains("+05:30")))

                // The local day of the sale, and the one before.
                let day = String(shown.prefix(10))
                let german = day.split(separator: "-").reversed().joined(separator: ".")
                for since in [day, german, "yesterday", "2 days ago", "1h", shown, received.description] {
                    #expect(try await bench.rows("conversions", "--since", since).count == 1, "\(since)")
                }
                #expect(try await bench.rows("conversions", "--since", day, "--until", day).count == 1)
                let before = received.advanced(by: .seconds(19_800 - 86_400)).description.prefix(10)
                #expect(try await bench.rows("conversions", "--until", String(before)).isEmpty)
                #expect(try await bench.rows("deliveries", "--until", "2 days ago").isEmpty)

                let nothing = try await bench.run("conversions", "--since", "2026-01-02", "--until", "2026-01-01")
                #expect(nothing.status == 64)
                #expect(
                    nothing.errors.hasPrefix(
                        "Error: nothing is at or after 2026-01-02T00:00:00+05:30 (--since) and before 2026-01-02T00:00:00+05:30 (--until); "
                    ))
            }
        }

        @Test func `a deposit of long ago is found by when it occurred`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                bench.set("TZ", "America/Sao_Paulo")
                #expect(try await Samples.rsTraffic.post(port).status == 200)
                // 1717000000 is 29 May 2024, 13:26:40 in São Paulo.
                #expect(
                    try await bench.rows("conversions", "--since", "29.05.2024", "--until", "29.05.2024", "--by-date", "occurred").count
                        == 1)
                #expect(
                    try await bench.rows(
                        "conversions", "--since", "29.05.2024 13:26:41", "--until", "29.05.2024", "--by-date", "occurred"
                    ).isEmpty)
                #expect(try await bench.rows("conversions", "--until", "29.05.2024").isEmpty)
                let odd = try await bench.run("replay", "--refused", "--by-date", "occurred")
                #expect(odd.status == 64)
                #expect(odd.errors.hasPrefix("Error: --by-date occurred takes conversions; "))
            }
        }
    }
}
