import Mappings
import NIOCore
import Rules
import Testing

@testable import Gateway

struct RequestBytesTests {
    private static func text(
        _ url: String, method: String = "POST", headers: [(String, String)] = [], body: String = ""
    ) throws -> String {
        let origin = try #require(Origin(of: url))
        let request = OutboundRequest(
            method: method, url: url, maskedURL: "masked", headers: headers.map { (name: $0.0, value: $0.1) }, body: Array(body.utf8))
        return String(buffer: try RequestBytes(request, to: origin, userAgent: "gateway/1").bytes)
    }

    @Test func `head and body are one piece`() throws {
        #expect(
            try Self.text("http://t.example:81/a?b=c", headers: [("X-Id", "7")], body: "id=1")
                == "POST /a?b=c HTTP/1.1\r\nX-Id: 7\r\nHost: t.example:81\r\nUser-Agent: gateway/1\r\nContent-Length: 4\r\n"
                + "Accept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n\r\nid=1")
        #expect(
            try Self.text("https://[2001:db8::1]", method: "GET")
                == "GET / HTTP/1.1\r\nHost: [2001:db8::1]\r\nUser-Agent: gateway/1\r\nAccept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n\r\n"
        )
    }

    @Test func `a mapping never decides how the message is framed`() throws {
        let text = try Self.text(
            "http://t.example/",
            headers: [
                ("content-length", "99"), ("Transfer-Encoding", "chunked"), ("Connection", "close"), ("Expect", "100-continue"),
                ("Accept-Encoding", "gzip"), ("host", "other.example"), ("user-agent", "mine"),
            ], body: "x")
        #expect(
            text
                == "POST / HTTP/1.1\r\nhost: other.example\r\nuser-agent: mine\r\nContent-Length: 1\r\nAccept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n\r\nx"
        )
    }

    @Test(arguments: [
        ("", "/"), ("?a=b", "/?a=b"), ("/x#y", "/x"), ("/a%2Fb//./c;d", "/a%2Fb//./c;d"), ("/a b", "/a%20b"), ("/l[]=1", "/l%5B%5D=1"),
        ("/ü\"<>\\^`{|}", "/%C3%BC%22%3C%3E%5C%5E%60%7B%7C%7D"), ("/a\r\nX: y", "/a%0D%0AX:%20y"), ("/a\u{0}", "/a%00"),
        ("/'~!*()$,:@", "/'~!*()$,:@"),
    ])
    func `a target goes out as it is written, and what no request line may hold is escaped`(written: String, sent: String) throws {
        #expect(try Self.text("http://t.example" + written).hasPrefix("POST \(sent) HTTP/1.1\r\n"))
    }

    @Test(arguments: [
        ("X-Key", "a\r\nX-Other: 1"), ("X-Key", "a\u{0}"), ("X Key", "a"), ("", "a"), ("X-Käse", "a"), ("X:", "a"), ("X-Key", "\u{7F}"),
    ])
    func `a header that could be two is not sent`(name: String, value: String) {
        #expect(throws: ExchangeFailure.unsendable("a header has a malformed name or value")) {
            try Self.text("http://t.example/", headers: [(name, value)])
        }
    }

    @Test(arguments: [
        ("http://t.example", "t.example", 80, false), ("https://t.example/x", "t.example", 443, true),
        ("https://t.example:8443?x", "t.example", 8443, true), ("http://[::1]:81/", "::1", 81, false), ("http://127.1", "127.1", 80, false),
    ])
    func `an origin is scheme, host and port`(url: String, host: String, port: Int, isTLS: Bool) throws {
        let origin = try #require(Origin(of: url))
        #expect((origin.host, origin.port, origin.isTLS) == (host, port, isTLS))
        #expect(origin.matches(url))
        #expect(!origin.matches(url.replacing(host, with: host + "0")))
    }

    @Test(arguments: [
        "", "ftp://t.example", "http://", "http:///x", "http://u:p@t.example/", "http://t.example@evil.example/", "http://t.example:0/",
        "http://t.example:65536/", "http://t.example:x/", "http://[::1/", "http://a b/", "http://a%2fb/", "http://a\\b/",
    ])
    func `what is no plain http address has no origin`(url: String) {
        #expect(Origin(of: url) == nil)
    }
}
