import NIOCore
import NIOEmbedded
import Testing

@testable import Gateway

/// Heads that the HTTP parser would misunderstand, whole and in pieces.
struct RequestFeederTests {
    private func passed(_ pieces: [String]) throws -> String {
        let channel = EmbeddedChannel(handler: RequestFeeder())
        for piece in pieces { try channel.writeInbound(ByteBuffer(string: piece)) }
        var text = ""
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { text += String(buffer: buffer) }
        _ = try? channel.finish()
        return text
    }

    @Test func `an offer to upgrade is taken out, however it is written and at whatever byte the reads end`() throws {
        let head =
            "POST /x HTTP/1.1\r\nHost: x\r\nUPGRADE: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nupgrade:websocket\r\nUpgraded: no\r\n\r\n"
        let body = "Upgrade: this is the body\r\n"
        let expected = "POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgraded: no\r\n\r\n" + body
        let whole = head + body
        #expect(try passed([whole]) == expected)
        let bytes = Array(whole.utf8)
        for cut in 1..<bytes.count {
            #expect(try passed([bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) }) == expected)
        }
        #expect(try passed(whole.unicodeScalars.map { String($0) }) == expected)
    }

    @Test func `what begins like an upgrade and is none stays`() throws {
        for head in [
            "GET / HTTP/1.1\r\nUp: 1\r\nUpgrade-Insecure-Requests: 1\r\nU\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\nupgrad: 1\n\n", "no http",
            "\u{16}\u{3}",
        ] {
            #expect(try passed([head]) == head)
            #expect(try passed(head.unicodeScalars.map { String($0) }) == head)
        }
    }

    @Test func `bytes beyond ASCII in the request line are percent-encoded, and nowhere else`() throws {
        #expect(try passed(["GET /x?a=1¤cy=EUR HTTP/1.1\r\nX-Name: ¤\r\n\r\n"]) == "GET /x?a=1%C2%A4cy=EUR HTTP/1.1\r\nX-Name: ¤\r\n\r\n")
    }
}
