import Foundation
import Rules
import Testing

@testable import Gateway

/// Answers that are packed: many servers pack them even if the request does not ask for it.
@Suite(.timeLimit(.minutes(15)))
struct PackedReplyTests {
    private static let answer = #"{"data":{"status":"ok","conversionId":"r-1"}}"#
    private static let gzip =
        "H4sIAAAAAAACA6tWSkksSVSyqlYqLkksKS1WslLKz1bSUUrOzytLLSrOzM/zTAGKFekaKtXWAgA9HsqDLQAAAA=="
    private static let zlib = "eJyrVkpJLElUsqpWKi5JLCktVrJSys9W0lFKzs8rSy0qzszP80wBihXpGirV1gIAXVsO+g=="
    /// Without zlib's header, as some servers understand `deflate`.
    private static let rawDeflate = "q1ZKSSxJVLKqViouSSwpLVayUsrPVtJRSs7PK0stKs7Mz/NMAYoV6Roq1dYCAA=="

    private static func bytes(_ base64: String) -> [UInt8] { Array(Data(base64Encoded: base64) ?? Data()) }

    /// What the client makes of a body that is sent with these headers.
    private static func reply(_ body: [UInt8], _ headers: String, length: Int? = nil) async throws -> Reply {
        try await RawTracker.run { _ in
            let head = "HTTP/1.1 200 OK\r\n\(headers)Content-Length: \(length ?? body.count)\r\n\r\n"
            return [.request, .bytes(Array(head.utf8) + body), .close]
        } body: { tracker in
            var reply: Reply?
            try await TrackerClientTests.client(port: tracker.port) { bench in reply = try await bench.reply() }
            return try #require(reply)
        }
    }

    @Test(arguments: [
        (gzip, "Content-Encoding: gzip\r\n"), (gzip, "content-encoding: X-GZIP\r\n"), (zlib, "Content-Encoding: deflate\r\n"),
        (rawDeflate, "Content-Encoding: deflate\r\n"), (gzip, "Content-Encoding: identity, gzip\r\n"),
        // Packed, and no header says so.
        (gzip, ""),
        // The wrong one of the two names.
        (zlib, "Content-Encoding: gzip\r\n"), (gzip, "Content-Encoding: deflate\r\n"),
    ])
    func `gzip and deflate are unpacked, in each way in which servers write them`(body: String, headers: String) async throws {
        let reply = try await Self.reply(Self.bytes(body), headers)
        #expect(reply.text == Self.answer)
        #expect(reply.encoding == nil)
        #expect(reply.damage == nil)
    }

    @Test func `packings inside one another, and streams behind one another, are unpacked`() async throws {
        let twice = Self.bytes("H4sIAAAAAAACA5Pv5mAAASbmz9/ZGHRvml1nAvIAKQtG8RYAAAA=")
        #expect(try await Self.reply(twice, "Content-Encoding: gzip, gzip\r\n").text == "OK")
        let behind = Self.bytes("H4sIAAAAAAACA/MHAIyzYTQBAAAAH4sIAAAAAAACA/MGAJV3DDMBAAAA")
        #expect(try await Self.reply(behind, "Content-Encoding: gzip\r\n").text == "OK")
        #expect(try await Self.reply(Self.bytes(Self.gzip) + [0, 0, 0], "Content-Encoding: gzip\r\n").text == Self.answer)
    }

    @Test func `an answer is unpacked up to the limit of what is read`() async throws {
        // 100,000 bytes of "OK".
        let bomb = Self.bytes(
            "H4sIAAAAAAACA+3CMQ0AAAACoIAe9m9jDQ8GTQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
                + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAIBTAwzqoFOghgEA")
        let reply = try await Self.reply(bomb, "Content-Encoding: gzip\r\n")
        #expect(reply.body.count == Reply.readLimit)
        #expect(reply.damage == .oversized)
    }

    @Test func `an answer that is impossible to unpack stays as it came`() async throws {
        let whole = Self.bytes(Self.gzip)
        var damaged = whole
        damaged[20] ^= 0xFF
        let bodies: [(body: [UInt8], packing: String)] = [
            (Array(whole.dropLast(12)), "gzip"), (damaged, "gzip"), ([0x1F, 0x78, 0x79, 0x7A], "gzip"),
            ([0x0B, 2, 0x80, 0x4F, 0x4B, 3], "br"),
            (whole, "gzip, gzip, gzip"), (whole, "zstd"),
        ]
        for (body, packing) in bodies {
            let reply = try await Self.reply(body, "Content-Encoding: \(packing)\r\n")
            #expect(reply.body == body, "\(packing)")
            #expect(reply.text == "(\(body.count) bytes packed as '\(packing)', which cannot be unpacked)")
        }
        // A header that names a packing, and a body that has none.
        #expect(try await Self.reply(Array("OK".utf8), "Content-Encoding: gzip\r\n").body == Array("OK".utf8))
    }

    @Test func `the part that came of a broken answer is unpacked`() async throws {
        let part = Array(Self.bytes(Self.gzip).dropLast(12))
        let reply = try await Self.reply(part, "Content-Encoding: gzip\r\n", length: part.count + 12)
        #expect(reply.text.hasPrefix(#"{"data":{"status":"ok","#))
        #expect(reply.damage == .cutShort)
    }

    @Test func `a request says what is accepted`() async throws {
        try await RawTracker.run { _ in
            [.request, .send("HTTP/1.1 204 No Content\r\n\r\n")]
        } body: { tracker in
            try await TrackerClientTests.client(port: tracker.port) { bench in _ = try await bench.reply() }
            #expect(tracker.received.contains("\r\nAccept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n"))
        }
    }
}
