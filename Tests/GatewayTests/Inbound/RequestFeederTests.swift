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

    /// A second line in disguise would be one for a proxy and none for the gateway, or the other way round.
    @Test(arguments: [
        "Upgrade: a\nContent-Length: 5\r\n", "Upgrade: a\rContent-Length: 5\r\n", "Upgrade: a\u{0}b\r\n", "Upgrade: a\r\r\n",
        "Upgrade:\n", "Upgrade: \u{7F}\r\n",
    ])
    func `an offer to upgrade that HTTP does not allow stays wrong`(_ line: String) throws {
        let head = "GET / HTTP/1.1\r\n\(line)Host: x\r\n\r\n"
        let bytes = Array(head.utf8)
        for cut in 1..<bytes.count {
            let text = try passed([bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) })
            #expect(text.contains("\n\u{0}"), "cut at \(cut)")
        }
    }

    private func pieces(ofChunks reads: [String]) throws -> [String] {
        let feeder = RequestFeeder()
        let channel = EmbeddedChannel(handler: feeder)
        feeder.next = .chunks
        for read in reads { try channel.writeInbound(ByteBuffer(string: read)) }
        var pieces: [String] = []
        while let buffer = try channel.readInbound(as: ByteBuffer.self) { pieces.append(String(buffer: buffer)) }
        _ = try? channel.finish()
        return pieces
    }

    @Test(arguments: [
        "0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "A;name=value\r\n\r\n\r\n\r\n\r\n\r\n\r\n1\r\n\n\r\n00\r\nTrailer: 0\r\nb: c\r\n\r\n",
        "00000000000000000000004\r\n0\r\n\r\r\n0;x\r\n\r\n",
    ])
    func `the parser gets a body in chunks up to its end, and what follows by itself`(_ body: String) throws {
        let next = "GET / HTTP/1.1\r\n\r\n"
        #expect(try pieces(ofChunks: [body + next]) == [body, next])
        let bytes = Array((body + next).utf8)
        for cut in 1..<bytes.count {
            let pieces = try pieces(ofChunks: [bytes[..<cut], bytes[cut...]].map { String(decoding: $0, as: UTF8.self) })
            #expect(pieces.joined() == body + next)
            // No piece goes beyond the body's end.
            var length = 0
            #expect(
                pieces.contains {
                    length += $0.utf8.count
                    return length == body.utf8.count
                }, "cut at \(cut)")
        }
    }

    @Test func `a body in chunks costs one piece for each read, whatever is in it`() throws {
        let lines = String(repeating: "\n", count: 100_000)
        let chunks = String(repeating: "2\r\n\n\n\r\n", count: 20_000)
        #expect(try pieces(ofChunks: ["186A0\r\n", lines, "\r\n", chunks, "0\r\n\r\n"]).count == 5)
        // What is no chunk is the parser's to refuse.
        #expect(try pieces(ofChunks: ["\r\n\r\n\r\n", "1\r\n\n\r\n0\r\n\r\n"]).count == 2)
        #expect(try pieces(ofChunks: [String(repeating: "f", count: 40) + "\r\n", lines]).count == 2)
    }
}
