import Testing

@testable import Gateway

struct PasswordHashTests {
    @Test func `a hash fits its password and no other, and survives being written down`() throws {
        let hash = try PasswordHash(of: "correct horse", cost: 10)
        let text = "\(hash)"
        #expect(text.hasPrefix("scrypt:10:8:3:"))
        #expect(!text.contains("correct"))
        let read = try #require(PasswordHash(text))
        #expect(read == hash)
        #expect(read.fits("correct horse"))
        for wrong in ["correct horse ", "Correct horse", ""] { #expect(!read.fits(wrong)) }
        #expect(try "\(PasswordHash(of: "correct horse", cost: 10))" != text)
    }

    @Test func `it is what RFC 7914 says`() throws {
        // Section 12: scrypt("pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1), the first 32 bytes.
        let hash = try #require(PasswordHash("scrypt:14:8:1:U29kaXVtQ2hsb3JpZGU:cCO9yzr9c0hGHAbNgf046_2o-7qQT44-qbVD9lRdofI"))
        #expect(hash.fits("pleaseletmein"))
        #expect(!hash.fits("pleaseletmeout"))
    }

    @Test(arguments: [
        "correct horse", "", "scrypt:10:8:3::", "scrypt:99:8:3:AAAAAAAAAAAAAAAAAAAAAA:AAAA", "scrypt:9:8:3:AAAAAAAAAAAAAAAAAAAAAA:AAAA",
        "bcrypt:10:8:3:AAAAAAAAAAAAAAAAAAAAAA:AAAA",
    ])
    func `what gateway password has not written is no hash`(_ text: String) { #expect(PasswordHash(text) == nil) }
}
