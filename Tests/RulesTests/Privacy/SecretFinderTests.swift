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

    @Test(arguments: [
        "key/one two", "key%2Fone%20two", "key%2fone+two", "%6Bey/one two", "%6b%65%79%2f%6f%6e%65%20%74%77%6f", "k%65y%252Fone%2520two",
        "k%2565y%25252Fone two", "key\\/one two",
    ])
    func `a secret is found however much of it is percent-encoded`(spelling: String) {
        let finder = SecretFinder(["key/one two"])
        #expect(finder.masked("/a/\(spelling)/b?x=\(spelling)") == "/a/***/b?x=***")
        #expect(finder.masked("%\(spelling)%2") == "%***%2")
        #expect(finder.masked(String(spelling.dropLast(3))) == String(spelling.dropLast(3)))
    }

    @Test func `a secret that looks percent-encoded is found as it is and encoded`() {
        let finder = SecretFinder(["50%41off"])
        #expect(finder.masked("50%41off 50%2541off 50Aoff 50%4") == "*** *** 50Aoff 50%4")
    }

    @Test(.timeLimit(.minutes(1))) func `a body of nothing but percent signs is searched in time`() {
        let body = Array(repeating: UInt8(ascii: "%"), count: 1_000_000)
        let encoded = Array(repeatElement("%25", count: 300_000).joined().utf8)
        let finder = SecretFinder(["%%%%secret", "key-1"])
        #expect(finder.masked(body) == body)
        #expect(finder.masked(encoded) == encoded)
    }
}
