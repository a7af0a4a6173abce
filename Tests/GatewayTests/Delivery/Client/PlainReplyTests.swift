import NIOCore
import Testing

@testable import Gateway

struct PlainReplyTests {
    private func read(_ text: String, keeping names: [String] = []) -> PlainReply? { PlainReply(ByteBuffer(string: text), keeping: names) }

    @Test func `a plain answer is read whole, with the headers that count`() throws {
        let answer = try #require(
            read(
                "HTTP/1.1 503 Not now\r\nContent-Length: 4\r\nLOCATION: /x\r\nRetry-After: 7\r\nX-Id: 1\r\nx-id: 2\r\nX-Other: 3\r\n\r\nbody",
                keeping: ["x-id", "x-none"]))
        #expect(answer.keepsAlive)
        #expect(answer.reply.status == 503)
        #expect(String(decoding: answer.reply.body, as: UTF8.self) == "body")
        #expect(answer.reply.location == "/x")
        #expect(answer.reply.retryAfter == "7")
        #expect(answer.reply.headers == ["x-id": "1, 2"])
        #expect(answer.reply.damage == nil)
        #expect(read("HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?.keepsAlive == false)
        #expect(read("HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na")?.reply.encoding == "br")
        #expect(read("HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n\r\na")?.reply.encoding == nil)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/2 200\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nConnection: upgrade\r\nContent-Length: 0\r\n\r\n",
    ])
    func `whatever is unusual is left to the parser`(_ text: String) {
        #expect(read(text) == nil)
    }
}
