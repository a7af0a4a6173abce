import Mappings
import Rules
import Testing

struct SecretFinderTests {
    @Test(.timeLimit(.minutes(1))) func `a body that is nothing but a secret is blotted out in time`() {
        let count = 1_000_000
        let secret = Array("pk_live_1".utf8)
        let masked = SecretFinder(["pk_live_1"]).masked(Array(repeatElement(secret, count: count).joined()))
        #expect(masked == Array(repeating: UInt8(ascii: "*"), count: 3 * count))
    }

    @Test(.timeLimit(.minutes(1))) func `secrets that begin alike do not make the search longer`() {
        let secrets = (1000..<3000).map { "sk_live_\($0)" }
        let body = Array(repeatElement("sk_live_", count: 50_000).joined().utf8)
        #expect(SecretFinder(secrets).masked(body) == body)
        #expect(SecretFinder(secrets).masked("sk_live_sk_live_2999sk_live_3000") == "sk_live_***sk_live_3000")
    }

    @Test func `the longest secret at a place is blotted out`() {
        let finder = SecretFinder(["abcd", "abcdef", "cdefgh"])
        #expect(finder.masked("abcdefgh abcdeg abcd abc") == "***gh ***eg *** abc")
        #expect(!finder.isIn(Array("abc dab".utf8)))
    }
}
