import Testing

@testable import Gateway

struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test func `text and values of attributes are escaped wherever they come in`() {
        let html = tag("a", .href(Address("/find", query: [("q", "a&b \"c\"")])), .title("<x>'")) { "<script>&" }
        #expect(text(html) == #"<a href="/find?q=a%26b%20%22c%22" title="&lt;x&gt;&#39;">&lt;script&gt;&amp;</a>"#)
    }

    @Test func `what nobody can see is written out, and a form's value stays as it is`() {
        #expect(text(.text("a\u{202E}b\nc\u{0}")) == "a\\u202eb\nc\\u0000")
        #expect(text(.exact("a\u{202E}b\t")) == "a\u{202E}b\t")
    }

    @Test func `an address to return to is one of the console's own`() {
        #expect(Address(returning: "/dead?since=today").text == "/dead?since=today")
        for foreign in ["//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nSet-Cookie: x", nil] {
            #expect(Address(returning: foreign).text == "/")
        }
    }
}
