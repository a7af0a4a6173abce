import Mappings
import Testing

@testable import Gateway

/// Over real sockets: what HTTP itself asks of the server.
struct InboundServerTests {
    private let path = "/api/v1/conversions/postback"
    private let order = #"{"externalId":"ord_42","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"rcs_7fKj2"}"#

    private func bench(store: (any IntakeStore)? = nil) throws -> IntakeBench {
        IntakeBench(
            [
                try .sample("one", "refcampaign", ["api_key": "key-one"]),
                try .sample("two", "trcker", ["postback_secret": "hush-hush"]),
            ], store: store)
    }

    private func post(_ body: String, _ headers: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-one\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    @Test func `replies carry what HTTP asks for, byte for byte`() async throws {
        let bench = try bench()
        try await Live.serve(bench) { port in
            let text = try await Live.exchange(port, post(order, "Connection: close\r\n"))
            let body = #"{"success":true,"conversionId":"\#(bench.id(1))"}"#
            #expect(
                text == "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                    + "Date: Wed, 29 May 2024 16:26:40 GMT\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n\(body)")
        }
        #expect(bench.store.submissions.map(\.request.peer) == ["127.0.0.1"])
    }

    @Test func `a connection goes on after errors, pipelined requests are answered in order`() async throws {
        let bench = try bench()
        let large = String(repeating: "x", count: 5000)
        try await Live.serve(bench, body: 1024) { port in
            let text = try await Live.exchange(
                port,
                post("{") + post(large) + "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" + post(order)
                    + "HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                    + post(order, "Connection: close\r\n"))
            let statuses = text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) }
            #expect(statuses == ["400", "413", "404", "200", "405", "200", "200"])
            #expect(text.contains("the body has 5000 bytes or more; 1024 are allowed"))
        }
    }

    @Test func `a long address is taken as far as a head may go`() async throws {
        let bench = try bench()
        try await Live.serve(bench) { port in
            for (length, status) in [(20_000, "200"), (60_000, "200"), (90_000, "400")] {
                let target = "/api/postback/a/b?secret=hush-hush&click_id=c-\(length)&x=" + String(repeating: "x", count: length)
                let text = try await Live.exchange(port, "GET \(target) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                #expect(text.hasPrefix("HTTP/1.1 \(status)"), "\(length)")
            }
        }
        #expect(bench.store.submissions.map(\.request.target.utf8.count) == [20_000, 60_000].map { $0 + 48 })
    }

    @Test func `no reply may be kept by a cache, whatever it says`() async throws {
        let bench = try bench()
        try await Live.serve(bench, body: 1024) { port in
            let text = try await Live.exchange(
                port,
                post(order) + post(order) + post("{") + post(String(repeating: "x", count: 5000))
                    + "GET /api/postback/a/b?secret=wrong&click_id=c HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /api/postback/a/b?secret=hush-hush&click_id=c HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                    + "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\n\r\n" + "no HTTP at all\r\n\r\n")
            let statuses = text.split(separator: "HTTP/1.1 ").compactMap { Int($0.prefix(3)) }
            #expect(statuses == [200, 200, 400, 413, 401, 200, 404, 200, 200, 400])
            #expect(text.ranges(of: "\r\nCache-Control: no-store\r\n").count == 10)
            let preface = try await Live.exchange(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            #expect(preface.contains("\r\nCache-Control: no-store\r\n"))
        }
    }

    @Test func `an offer of another protocol is ignored, and the connection goes on`() async throws {
        let bench = try bench()
        try await Live.serve(bench) { port in
            let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
            let text = try await Live.exchange(port, post(order, offer) + post(order, offer) + post(order, offer + "Connection: close\r\n"))
            #expect(text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) } == ["200", "200", "200"])
            let preface = try await Live.exchange(port, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            #expect(preface.hasPrefix("HTTP/1.1 400"))
            #expect(preface.contains("this is HTTP/2; send HTTP/1.1"))
            let tunnel = try await Live.exchange(port, "CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n")
            #expect(tunnel.hasPrefix("HTTP/1.1 4"))
            #expect(tunnel.contains("Connection: close"))
        }
    }

    @Test func `a body far over the limit is answered at once and the connection closed`() async throws {
        try await Live.serve(try bench(), body: 1024) { port in
            let head = "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-one\r\n"
            let declared = try await Live.exchange(port, head + "Content-Length: 1000000\r\n\r\n" + String(repeating: "x", count: 10))
            #expect(declared.hasPrefix("HTTP/1.1 413"))
            #expect(declared.contains("Connection: close"))
            let chunk = "400\r\n" + String(repeating: "x", count: 1024) + "\r\n"
            let chunked = try await Live.exchange(
                port, head + "Transfer-Encoding: chunked\r\n\r\n" + String(repeating: chunk, count: 12))
            #expect(chunked.hasPrefix("HTTP/1.1 413"))
            let asking = try await Live.exchange(port, head + "Expect: 100-continue\r\nContent-Length: 2000\r\n\r\n")
            #expect(asking.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test func `chunked bodies and Expect are understood`() async throws {
        try await Live.serve(try bench()) { port in
            let size = String(order.utf8.count, radix: 16)
            let text = try await Live.exchange(
                port,
                "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-one\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n"
                    + "Connection: close\r\n\r\n\(size)\r\n\(order)\r\n0\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
        }
    }

    @Test(arguments: [[0xA4], [0xC2, 0xA4]] as [[UInt8]])
    func `a currency that was mangled to raw bytes is repaired`(sign: [UInt8]) async throws {
        let bench = try bench()
        try await Live.serve(bench) { port in
            var bytes = Array("GET /api/postback/a/b?secret=hush-hush&click_id=c&amount=5".utf8)
            bytes += sign + Array("cy=EUR HTTP/1.1\r\nHost: x\r\nX-Name: caf".utf8) + [0xE9] + Array("\r\nConnection: close\r\n\r\n".utf8)
            let text = try await Live.exchange(port, bytes)
            #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        }
        #expect(bench.store.submissions.first?.conversion.currency == "EUR")
    }

    @Test func `what is no HTTP is a 400`() async throws {
        try await Live.serve(try bench()) { port in
            let text = try await Live.exchange(port, "hello\r\n\r\n")
            #expect(text.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
            #expect(text.contains("Connection: close"))
        }
    }

    @Test(.timeLimit(.minutes(15))) func `what is due is answered before what is no HTTP, and then the connection ends`() async throws {
        let bench = try bench()
        try await Live.serve(bench) { port in
            for garbage in [
                "hello\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/9.9\r\n\r\n", post("x").replacing("Length: 1", with: "Length: x"),
            ] {
                let text = try await Live.exchange(port, post("{") + post(order) + garbage)
                #expect(text.split(separator: "HTTP/1.1 ").map { String($0.prefix(3)) } == ["400", "200", "400"])
                #expect(text.contains("this is not HTTP/1.1"))
                #expect(text.ranges(of: "Connection: close").count == 1)
            }
        }
    }

    @Test(.timeLimit(.minutes(15))) func `a sender that takes no replies is cut off`() async throws {
        try await Live.serve(try bench(), idle: .milliseconds(100)) { port in
            try await Live.flood(port, String(repeating: post("{"), count: 100))
        }
    }

    @Test func `a pipelined body is what was sent, wherever the reads end`() async throws {
        let bench = try bench()
        let padding = String(repeating: " ", count: 997)
        try await Live.serve(bench) { port in
            let requests = (1...200).map { post(order.replacing("ord_42", with: "¤-\($0)") + padding) }.joined()
            _ = try await Live.exchange(port, requests + post(order, "Connection: close\r\n"))
        }
        #expect(bench.store.submissions.map(\.conversion.orderID) == (1...200).map { "¤-\($0)" } + ["ord_42"])
    }

    @Test func `HTTP/1.0 is answered and closed unless it asks to stay`() async throws {
        try await Live.serve(try bench()) { port in
            let request = "GET /healthz HTTP/1.0\r\n\r\n"
            let old = try await Live.exchange(port, request)
            #expect(old.contains("Connection: close"))
            let kept = try await Live.exchange(port, "GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + request)
            #expect(kept.contains("Connection: keep-alive\r\nKeep-Alive: timeout=10\r\n"))
            #expect(kept.contains("Connection: close"))
        }
    }

    /// Each exchange ends only if the server closes the connection.
    @Test(.timeLimit(.minutes(15))) func `senders that are too slow are cut off`() async throws {
        try await Live.serve(try bench(), idle: .milliseconds(100)) { port in
            for request in ["", "GET /heal", "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab"] {
                let text = try await Live.exchange(port, request)
                #expect(text.isEmpty)
            }
        }
    }

    @Test(.timeLimit(.minutes(15))) func `a shutdown waits for what is under way and closes the rest`() async throws {
        let store = MemoryIntakeStore(isHeld: true)
        let bench = try bench(store: store)
        let text = try await withThrowingTaskGroup(of: String.self) { group in
            let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
            let (open, opened) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                for await port in ports { return try await Live.exchange(port, post(order)) }
                return ""
            }
            group.addTask {
                for await port in open {
                    // The shutdown has begun once nobody is let in any more.
                    while let text = try? await Live.exchange(port, "GET /healthz HTTP/1.0\r\n\r\n"), !text.isEmpty {}
                    store.release()
                }
                return ""
            }
            try await Live.serve(bench) { port in
                continuation.yield(port)
                await store.hasBegun()
                opened.yield(port)
                opened.finish()
            }
            return try await group.reduce("") { $0 + $1 }
        }
        #expect(text.hasPrefix("HTTP/1.1 200 OK"))
        #expect(text.contains("Connection: close"))
    }
}
