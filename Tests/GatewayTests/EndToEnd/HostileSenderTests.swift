import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Senders that are careless, broken or hostile, on raw sockets.
    struct HostileSenderTests {
        private static let click = "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id="

        private func serve(_ body: (Workbench, Int) async throws -> Void) async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                try await body(bench, port)
                #expect(await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").line == #"200 {"status":"ok"}"#)
            }
        }

        @Test func `what is no HTTP gets a 400 and a closed connection`() async throws {
            try await serve { (bench, port) async throws in
                let flood = (0..<5000).map { "X-\($0): \(String(repeating: "a", count: 100))\r\n" }.joined()
                let broken = [
                    ("GET /v1/event HTTP/1.1\r\n\(flood)\r\n", "too many header bytes seen; overflow detected"),
                    (
                        "GET \(Self.click)\(String(repeating: "a", count: 200_000)) HTTP/1.1\r\n\r\n",
                        "too many header bytes seen; overflow detected"
                    ),
                    ("NONSENSE\r\n\r\n", "invalid HTTP method"),
                    ("post /v1/event HTTP/1.1\r\n\r\n", "invalid HTTP method"),
                    ("GET /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n", "invalid URL"),
                    ("GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n", "invalid HTTP version"),
                    ("POST /v1/event HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345", "unexpected content-length header"),
                    ("POST /v1/event HTTP/1.1\r\nContent-Length: -5\r\n\r\n12345", "invalid character in content-length header"),
                    ("\u{16}\u{3}\u{1}\u{2}\u{0}", "invalid HTTP method"),
                    ("GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: a\nContent-Length: 9\r\n\r\n", "invalid character in header"),
                    ("GET /healthz HTTP/1.1\r\nHost: x\r\nUpgrade: a\rContent-Length: 9\r\n\r\n", "invalid character in header"),
                ]
                for (text, reason) in broken {
                    let answer = await RawConnection.exchange(port, [.text(text)])
                    #expect(answer.line == "400 {\"error\":\"this is not HTTP/1.1: \(reason)\"}", "\(text.prefix(40))")
                    #expect(answer.first.headers["connection"] == "close")
                    #expect(answer.isClosed)
                }
                // Requests are smuggled with two headers that give a body's length.
                let smuggled = await RawConnection.exchange(
                    port, [.text("POST /v1/event HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")])
                #expect(smuggled.first.status == 400)
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }

        @Test func `a request has one Host, and a length that can be read`() async throws {
            try await serve { (bench, port) async throws in
                let path = "/api/v1/conversions/postback HTTP/1.1\r\n"
                for (text, line) in [
                    ("GET /healthz HTTP/1.1\r\n\r\n", "400 {\"error\":\"this request has no Host header, which HTTP/1.1 asks for\"}"),
                    (
                        "GET /healthz HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n",
                        "400 {\"error\":\"this request has 2 Host headers; HTTP allows one\"}"
                    ),
                    (
                        "POST \(path)Host: a\r\nAuthorization: Bearer rc_test_demo\r\nHost: b\r\nContent-Length: 5\r\n\r\n12345",
                        "400 {\"error\":\"this request has 2 Host headers; HTTP allows one\"}"
                    ),
                ] {
                    let answer = await RawConnection.exchange(port, [.text(text)])
                    #expect(answer.line == line)
                    #expect(answer.replies.count == 1)
                    #expect(answer.isClosed)
                }
                // Nothing of a body has come when these are answered.
                for length in ["18446744073709551615", "9223372036854775808", "9223372036854775807", "20000000"] {
                    let head = "POST \(path)Host: x\r\nAuthorization: Bearer rc_test_demo\r\nContent-Length: \(length)\r\n\r\n"
                    let answer = await RawConnection.exchange(port, [.text(head)])
                    #expect(answer.first.status == 413, "\(length)")
                    #expect(answer.isClosed)
                }
                for length in ["18446744073709551616", "99999999999999999999999", "5, 5", "0x5", "+5"] {
                    let answer = await RawConnection.exchange(
                        port, [.text("POST \(path)Host: x\r\nContent-Length: \(length)\r\n\r\n12345")])
                    #expect(answer.first.status == 400, "\(length)")
                    #expect(answer.isClosed)
                }
                for lengths in [
                    "Content-Length: 5\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 5",
                    "Transfer-Encoding: chunked, identity", "Transfer-Encoding: gzip",
                ] {
                    let text = "POST \(path)Host: x\r\n\(lengths)\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                    let answer = await RawConnection.exchange(port, [.text(text)])
                    #expect(answer.replies.map(\.status) == [400], "\(lengths)")
                    #expect(answer.isClosed)
                }
                #expect(try await bench.rows("conversions").isEmpty)
                #expect(try await bench.rows("refused").allSatisfy { $0.text("code") == "too_large" })
            }
        }

        @Test func `a path counts as it is written`() async throws {
            try await serve { (bench, port) async throws in
                let found = [
                    Self.click, "/network" + Self.click, "/api/postback/your%2Dbrand/offer-slug?secret=demo-postback-secret&click_id=",
                    "/api/postback/your-brand/offer-slug/?secret=demo-postback-secret&click_id=", "http://app.trcker.io" + Self.click,
                    // Tolerated with a warning.
                    "/" + Self.click, "/api//postback/your-brand/offer-slug//?secret=demo-postback-secret&click_id=",
                    "/nobody" + Self.click,
                ]
                for (number, path) in found.enumerated() {
                    let answer = await RawConnection.exchange(port, "GET \(path)\(number) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(answer.first.status == 200, "\(path): \(answer.first.body)")
                }
                #expect(try await bench.rows("conversions").map { $0.text("click_id") }.sorted() == (0...7).map { "\($0)" })
                let bare = await RawConnection.exchange(
                    port, "GET http://app.trcker.io?secret=\(Self.click)x HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(bare.line == "404 {\"error\":\"nothing answers at '/'\"}")
                let query = "?secret=demo-postback-secret&click_id=x"
                let lost = [
                    "/a/shop/api/postback/your-brand/offer-slug", "/x/../api/postback/your-brand/offer-slug",
                    "/./api/postback/your-brand/offer-slug",
                    "/api/postback/your-brand%2Foffer-slug",
                    "/API/postback/your-brand/offer-slug", "/api/postback//offer-slug", "/saas/nothing/api/v1/conversions/postback", "*",
                    "/",
                ]
                for path in lost {
                    let answer = await RawConnection.exchange(port, "GET \(path)\(query) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(
                        answer.line == "404 {\"error\":\"nothing answers at '\(path == "*" ? path + query : path)'\"}"
                            || answer.line == "404 {\"error\":\"nothing answers at '\(path)'\"}", "\(path)")
                }
                // The right secret for another name.
                let others = [
                    "/shop/api/postback/your-brand/offer-slug",
                    "/api/postback/other/offer-slug", "/api/postback/your-brand/offer-slug;x",
                ]
                for path in others {
                    let answer = await RawConnection.exchange(port, "GET \(path)\(query) HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(answer.line == #"401 {"error":"invalid postback secret"}"#, "\(path)")
                }
                let method = await RawConnection.exchange(port, "GET /saas/api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(method.first.status == 405)
                #expect(try await bench.rows("conversions").count == 8)
            }
        }

        @Test func `other methods get a 405 with Allow and store nothing`() async throws {
            try await serve { (bench, port) async throws in
                for method in ["PUT", "OPTIONS", "DELETE", "PATCH", "GET"] {
                    let answer = await RawConnection.exchange(port, "\(method) /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\n\r\n")
                    #expect(answer.first.status == 405)
                    #expect(answer.first.headers["allow"] == "POST")
                    let wanted =
                        "{\"success\":false,\"error\":{\"code\":\"METHOD_NOT_ALLOWED\",\"message\":\"method '\(method)' is not answered here; send POST\"}"
                    #expect(answer.first.body.hasPrefix(wanted))
                }
                let post = await RawConnection.exchange(port, "POST \(Self.click)p HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
                #expect(post.line == #"405 {"error":"method 'POST' is not answered here; send GET"}"#)
                #expect(post.first.headers["allow"] == "GET")
                let head = await RawConnection.exchange(
                    port, [.text("HEAD \(Self.click)h HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")])
                #expect(String(decoding: head.bytes, as: UTF8.self).hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
                #expect(head.bytes.suffix(4) == Array("\r\n\r\n".utf8)[...])
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }

        @Test func `pipelined requests are answered in order`() async throws {
            try await serve { (bench, port) async throws in
                let requests = (0..<20).map { Samples.sale("p-\($0)").raw }.joined() + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
                let answer = await RawConnection.exchange(port, [.text(requests)], replies: 21)
                let ids = answer.replies.dropLast().map { (try? JSONValue(parsing: $0.body))?.text("conversionId") ?? "" }
                #expect(answer.replies.last?.body == #"{"status":"ok"}"#)
                let stored = try await bench.rows("conversions").map { ($0.text("order_id"), $0.text("id")) }
                let byOrder = Dictionary(uniqueKeysWithValues: stored)
                #expect(ids == (0..<20).map { byOrder["p-\($0)"] ?? "" })
            }
        }

        @Test func `senders that stall cost the others nothing`() async throws {
            try await serve { (bench, port) async throws in
                let head = Samples.sale("stalled").raw.prefix(180)
                let areServed = Gate()
                let stalled = (0..<30).map { _ in Gate() }
                await withTaskGroup(of: Void.self) { group in
                    for (number, gate) in stalled.enumerated() {
                        let text = number.isMultiple(of: 2) ? String(head) : "POST /v1/event HTTP/1.1\r\nHost: x\r\nX-Slow: "
                        group.addTask { _ = await RawConnection.exchange(port, [.text(text), .open(gate), .pass(areServed), .finish]) }
                    }
                    for gate in stalled { await gate.passed() }
                    // All of these get their replies while all of those wait.
                    for number in 0..<20 {
                        let answer = await RawConnection.exchange(port, Samples.sale("quick-\(number)").raw)
                        #expect(answer.first.status == 200)
                    }
                    areServed.open()
                }
                #expect(try await bench.rows("conversions").count == 20)
            }
        }

        @Test func `old, slow and cautious senders are served`() async throws {
            try await serve { (bench, port) async throws in
                #expect(await RawConnection.exchange(port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").line == #"200 {"status":"ok"}"#)
                let old = await RawConnection.exchange(port, [.text("GET /healthz HTTP/1.0\r\n\r\n")])
                #expect(old.line == #"200 {"status":"ok"}"#)
                #expect(old.isClosed)
                let sale = Samples.sale("slow")
                let head = sale.raw.dropLast(sale.body.count)
                let drops = sale.body.map { RawConnection.Step.text(String($0)) }.flatMap { [$0, .wait(milliseconds: 5)] }
                let slow = await RawConnection.exchange(port, [.text(String(head))] + drops, replies: 1)
                #expect(slow.first.status == 200)
                let cautious = Samples.sale("cautious")
                let asking = cautious.raw.replacing("Host: gateway", with: "Host: gateway\r\nExpect: 100-continue").dropLast(
                    cautious.body.count)
                let steps: [RawConnection.Step] = [.text(String(asking)), .replies(1), .text(cautious.body)]
                let expected = await RawConnection.exchange(port, steps, replies: 2)
                #expect(expected.replies.map(\.status) == [100, 200])
                let half = await RawConnection.exchange(port, [.text(Samples.sale("half").raw), .finish])
                #expect(half.first.status == 200)
                let torn = await RawConnection.exchange(port, [.text(String(Samples.sale("torn").raw.dropLast(5))), .finish])
                #expect(torn.line == #"400 {"error":"this is not HTTP/1.1: stream ended at an unexpected time"}"#)
                #expect(try await bench.rows("conversions").map { $0.text("order_id") }.sorted() == ["cautious", "half", "slow"])
            }
        }
    }
}
