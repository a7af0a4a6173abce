import Rules
import Testing

/// The tracker's own words, as a reason quotes them.
struct AnswerWordsTests {
    private static func words(_ body: String, encoding: String? = nil) -> String? {
        AnswerWords.text(of: Reply(status: 400, body: Array(body.utf8), encoding: encoding))
    }

    @Test(arguments: [
        ("unknown click", "unknown click"), ("  two\r\n\r\n lines\t\u{1B}[31m ", "two lines [31m"),
        (#"{"message":"no offer","error":"x"}"#, "no offer"),
        (#"{"error":"closed"}"#, "closed"), (#"{"error":{"code":7,"message":"closed"}}"#, "closed"), (#"{"errors":["a","b"]}"#, "a"),
        (#"{"errors":[{"path":["x"],"message":"bad x"}]}"#, "bad x"), (#"{"data":{"message":"inner"}}"#, "inner"),
        (#"{"status":"error"}"#, #"{"status":"error"}"#), (#""just text""#, "just text"),
        ("<html><head><title> Log in &amp; go\n</title></head><body>x</body></html>", "Log in & go"),
        ("<html><script>var a='<b>';</script><style>p{}</style><h1>502 <b>Bad</b> Gateway</h1>nginx</html>", "502 Bad Gateway"),
        ("<html><!-- x --><body>Just <i>words</i></body></html>", "Just words"), ("a\u{202E}bc", "abc"),
    ])
    func `the message is quoted in one line`(body: String, words: String) {
        #expect(Self.words(body) == words)
    }

    @Test func `an empty answer has no words`() {
        #expect(Self.words("") == nil)
        #expect(Self.words(" \n") == nil)
        #expect(Self.words("<html></html>") == nil)
    }

    @Test func `what is no text is named`() {
        #expect(Self.words("GIF89a....") == "(10 bytes of an image)")
        #expect(Self.words("\u{1}\u{2}\u{3}x", encoding: "br") == "(4 bytes packed as 'br')")
        #expect(Self.words("\u{1}\u{2}\u{3}x") == "(4 bytes that are no text)")
    }

    @Test func `200 characters are quoted`() {
        #expect(AnswerWords.brief(String(repeating: "ü", count: 200)) == String(repeating: "ü", count: 200))
        #expect(AnswerWords.brief(String(repeating: "ü", count: 201)) == String(repeating: "ü", count: 199) + "…")
    }
}
