import Mappings
import Testing

@testable import Rules

struct ProbePassTests {
    private let now = Timestamp(seconds: 1_717_000_000)
    private let pass = ProbePass(secrets: ["one-secret", "another"])

    @Test func `who has all secrets makes a pass, in whatever order he has them`() throws {
        let text = try #require(ProbePass(secrets: ["another", "one-secret", "another"]).text(for: "a-1", at: now))
        #expect(text.hasPrefix("1717000000.a-1."))
        #expect(pass.name(in: text, at: now) == "a-1")
    }

    @Test func `fewer secrets, other secrets and none make no pass`() throws {
        for secrets in [["one-secret"], ["another"], ["one-secret", "another", "third"], ["one-secretanother"]] {
            let text = try #require(ProbePass(secrets: secrets).text(for: "a-1", at: now))
            #expect(pass.name(in: text, at: now) == nil)
        }
        #expect(ProbePass(secrets: []).text(for: "a-1", at: now) == nil)
        #expect(ProbePass(secrets: []).name(in: "1717000000.a-1.00", at: now) == nil)
    }

    @Test func `a pass is good for five minutes, and as it was made`() throws {
        let text = try #require(pass.text(for: "a-1", at: now))
        for seconds: Int64 in [-300, 0, 300] { #expect(pass.name(in: text, at: now.advanced(by: .seconds(seconds))) == "a-1") }
        for seconds: Int64 in [-301, 301] { #expect(pass.name(in: text, at: now.advanced(by: .seconds(seconds))) == nil) }
        for changed in [
            text.replacing("a-1", with: "a-2"), text + "0", "+" + text, text.replacing("1717000000", with: "1717000001"), "", "..", "a.b.c",
            "-9223372036854775808.a-1.00", "9223372036854775807.a-1.00",
        ] {
            #expect(pass.name(in: changed, at: now) == nil)
        }
    }
}
