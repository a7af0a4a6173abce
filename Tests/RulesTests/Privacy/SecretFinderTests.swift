import Mappings
import Rules
import Testing

struct SecretFinderTests {
    @Test(.timeLimit(.minutes(15))) func `a body that is nothing but a secret is blotted out in time`() {
        let count = 1_000_000
        let secret = Array("pk_live_1".utf8)
        let masked = SecretFinder(["pk_live_1"]).masked(Array(repeatElement(secret, count: count).joined()))
        #expect(masked == Array(repeating: UInt8(ascii: "*"), count: 3 * count))
    }

    @Test(.timeLimit(.minutes(15))) func `secrets that begin alike do not make the search longer`() {
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

    @Test func `a secret is found as XML has it`() {
        let finder = SecretFinder(["a<b>&\"c"])
        #expect(finder.masked("<k>a&lt;b&gt;&amp;\"c</k><k v=\"a&lt;b&gt;&amp;&quot;c\"/>") == "<k>***</k><k v=\"***\"/>")
    }

    @Test(.timeLimit(.minutes(15))) func `a body of nothing but percent signs is searched in time`() {
        let body = Array(repeating: UInt8(ascii: "%"), count: 1_000_000)
        let encoded = Array(repeatElement("%25", count: 300_000).joined().utf8)
        let finder = SecretFinder(["%%%%secret", "key-1"])
        #expect(finder.masked(body) == body)
        #expect(finder.masked(encoded) == encoded)
    }

    @Test func `an encoded secret that begins among the digits of an escape is found`() {
        #expect(SecretFinder(["41sec/ret"]).masked("%2541sec%2Fret %2541sec%252Fret %2541sec%2Freu") == "%25*** %25*** %2541sec%2Freu")
    }

    /// By the bytes alone, as slowly as can be.
    @Test func `random texts of pieces of secrets are searched as one would by hand`() {
        let secrets = ["abcd", "abcdef", "cdabcd", "ab/cd ab", "aaaaaaab", "%41%42cd"]
        let finder = SecretFinder(secrets)
        let pieces = ["a", "b", "ab", "cd", "ef", "/", "%2F", "%252f", " ", "%20", "+", "%61", "%", "41", "aaaa", "%2541"]
        var numbers = SystemRandomNumberGenerator()
        for _ in 0..<2000 {
            let text = (0..<12).map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined()
            let bytes = Array(text.utf8)
            #expect(finder.isIn(bytes) == Self.isIn(bytes, secrets), "\(text)")
        }
    }

    private static func isIn(_ bytes: [UInt8], _ secrets: [String]) -> Bool {
        let all = secrets.flatMap { secret in
            [secret, secret.percentEncoded, secret.replacing(" ", with: "+"), secret.replacing("/", with: "\\/")].map { Array($0.utf8) }
        }
        func decoded(_ index: Int) -> (byte: UInt8, count: Int) {
            var (byte, count) = (bytes[index], 1)
            while byte == UInt8(ascii: "%"), index + count + 1 < bytes.count,
                let code = UInt8(String(decoding: bytes[index + count...index + count + 1], as: UTF8.self), radix: 16),
                bytes[index + count] != UInt8(ascii: "+"), bytes[index + count] != UInt8(ascii: "-")
            {
                (byte, count) = (code, count + 2)
            }
            return (byte, count)
        }
        return bytes.indices.contains { start in
            if all.contains(where: { bytes[start...].starts(with: $0) }) { return true }
            var (index, plain) = (start, [UInt8]())
            while index < bytes.count, plain.count < 32 {
                let (byte, count) = decoded(index)
                plain.append(byte)
                index += count
            }
            return all.contains { plain.starts(with: $0) }
        }
    }
}
