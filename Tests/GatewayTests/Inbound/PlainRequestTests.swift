import Mappings
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Gateway

/// What is read past the HTTP parser is what the parser reads.
struct PlainRequestTests {
    private func plain(_ text: String, longestBody: Int = 1024) -> PlainRequest? {
        var input = ByteBuffer(string: text)
        return PlainRequest(takenFrom: &input, longestBody: longestBody)
    }

    /// The same request by the parser alone; nil if that refuses it, or waits for more.
    private func parsed(_ bytes: [UInt8]) -> (head: HTTPRequestHead, body: [UInt8], isWhole: Bool)? {
        let channel = EmbeddedChannel(handler: InboundChannel.decoder())
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        guard (try? channel.writeInbound(ByteBuffer(bytes: bytes))) != nil,
            case .head(let head)? = try? channel.readInbound(as: HTTPServerRequestPart.self)
        else { return nil }
        var body: [UInt8] = []
        while let part = try? channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head: return (head, body, false)
            case .body(let bytes): body += bytes.readableBytesView
            case .end: return (head, body, true)
            }
        }
        return (head, body, false)
    }

    private let order =
        "POST /a/b?c=d&e HTTP/1.1\r\nHost: x\r\nContent-Type:application/json\r\nX-Key: \t a b\tc\r\ncontent-length: 4\r\n\r\nbody"

    @Test func `a plain request is read whole, and what is pipelined behind it stays`() throws {
        var input = ByteBuffer(string: order + "GET / HTTP/1.1\r\n")
        let request = try #require(PlainRequest(takenFrom: &input, longestBody: 4))
        #expect((request.wire.method, request.wire.path, request.wire.query) == ("POST", "/a/b", "c=d&e"))
        #expect(
            request.wire.headers.map { "\($0.name)=\($0.value)" } == [
                "Host=x", "Content-Type=application/json", "X-Key=a b\tc", "content-length=4",
            ])
        #expect(String(decoding: request.wire.body, as: UTF8.self) == "body")
        #expect(request.keepsAlive)
        #expect(String(buffer: input) == "GET / HTTP/1.1\r\n")
        #expect(plain("GET / HTTP/1.1\r\nhost: x\r\nConnection: Close\r\n\r\n")?.keepsAlive == false)
        #expect(plain("GET /? HTTP/1.1\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n")?.keepsAlive == true)
    }

    @Test(arguments: [
        "", "P", "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\nHost: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\r\n\r\n",
        "GET x HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "GET /#x HTTP/1.1\r\nHost: x\r\n\r\n", "GET /¤ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /  HTTP/1.1\r\nHost: x\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", "get / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n", "GET / HTTP/1.1\r\nHost: x \r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: \u{0}\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nX: \u{7F}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nX: ¤\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nProxy-Connection: close\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTRANSFER-ENCODING: x\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1,1\r\n\r\na", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\na", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na",
    ])
    func `whatever is unusual is left to the parser, to its last byte`(_ text: String) {
        var input = ByteBuffer(string: text)
        #expect(PlainRequest(takenFrom: &input, longestBody: 1024) == nil)
        #expect(String(buffer: input) == text)
    }

    @Test func `a body, a head and a number of headers beyond the limits are left to the parser`() {
        #expect(plain("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody", longestBody: 3) == nil)
        #expect(plain("GET /\(String(repeating: "x", count: 8192)) HTTP/1.1\r\nHost: x\r\n\r\n") == nil)
        #expect(plain("GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "a: b\r\n", count: 63) + "\r\n") != nil)
        #expect(plain("GET / HTTP/1.1\r\nHost: x\r\n" + String(repeating: "a: b\r\n", count: 64) + "\r\n") == nil)
    }

    /// One byte, or two, of a good request become others.
    @Test func `what is taken, the parser takes to be the same request`() throws {
        let good = Array(order.utf8)
        var random = SystemRandomNumberGenerator()
        var taken = 0
        func check(_ bytes: [UInt8]) throws {
            var input = ByteBuffer(bytes: bytes)
            guard let request = PlainRequest(takenFrom: &input, longestBody: 1024) else { return }
            taken += 1
            let length = bytes.count - input.readableBytes
            let other = parsed(Array(bytes[..<length]))
            let parsed = try #require(other, "\(String(decoding: bytes, as: UTF8.self))")
            let wire = WireRequest(parsed.head, body: parsed.body)
            #expect(parsed.isWhole && parsed.head.problem == nil && parsed.head.version == .http1_1)
            #expect(parsed.head.isKeepAlive == request.keepsAlive && !parsed.head.waitsForLeave)
            #expect((wire.method, wire.path, wire.query) == (request.wire.method, request.wire.path, request.wire.query))
            #expect(wire.body == request.wire.body)
            #expect(wire.headers.elementsEqual(request.wire.headers) { $0 == $1 })
        }
        for index in good.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = good
                bytes[index] = byte
                try check(bytes)
            }
            for inserted in [0x00, 0x09, 0x0A, 0x0D, 0x20, 0x23, 0x2C, 0x3A, 0x3F, 0x80] as [UInt8] {
                try check(Array(good[..<index]) + [inserted] + good[index...])
            }
            try check(Array(good[..<index] + good[(index + 1)...]))
        }
        for _ in 0..<2000 {
            var bytes = good
            for _ in 0..<2 { bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            try check(bytes)
        }
        #expect(taken > 1000)
    }
}
