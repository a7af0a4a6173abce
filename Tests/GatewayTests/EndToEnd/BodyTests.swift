import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Bodies of every wrong shape, each refused in the tracker's own words and kept.
    struct BodyTests {
        /// The error's message after its status, as `400 INVALID_REQUEST: …`.
        private func refusal(_ answer: RawAnswer) -> String {
            let error = (try? JSONValue(parsing: answer.first.body))?["error"]
            return "\(answer.first.status) \(error?.text("code") ?? ""): \(error?.text("message") ?? answer.first.body)"
        }

        private func post(_ port: Int, _ body: [UInt8], _ headers: String = "Content-Type: application/json\r\n") async -> RawAnswer {
            let head = "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer rc_test_demo_sender_1\r\n\(headers)"
            return await RawConnection.exchange(port, [.text(head + "Content-Length: \(body.count)\r\n\r\n"), .send(body)], replies: 1)
        }

        private func nested(_ depth: Int) -> [UInt8] {
            // The body itself is one level.
            let value = String(repeating: #"{"a":"#, count: depth - 1) + "1" + String(repeating: "}", count: depth - 1)
            return Array(
                #"{"externalId":"deep-\#(depth)","conversionType":"SALE","amount":1,"currency":"EUR","clickId":"c","metadata":\#(value)}"#
                    .utf8)
        }

        @Test func `malformed bodies are refused with the place and kept`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                let sale = Array(Samples.sale("x").body.utf8)
                let malformed: [([UInt8], String)] = [
                    (nested(65), "the body is not valid JSON: line 1, column 417: nesting deeper than 64 levels"),
                    (
                        Array(#"{"externalId":"a","external\u0049d":"b"}"#.utf8),
                        "the body is not valid JSON: line 1, column 19: duplicate key 'externalId'"
                    ),
                    (
                        Array(#"{"externalId":"#.utf8) + [0xFF] + Array("}".utf8),
                        "the body is not valid JSON: line 1, column 15: expected a value, found byte 0xff"
                    ),
                    (
                        [0xEF, 0xBB, 0xBF] + sale.dropLast(),
                        "the body is not valid JSON: line 1, column 93: expected ',' or '}' after a member of the object, found the end of the input"
                    ),
                    ([0x1F, 0x8B, 0x08, 0x00], "the body is not valid JSON: line 1, column 1: expected a value, found byte 0x1f"),
                    ([], "the body is empty; send a JSON object"),
                    (Array(" \n".utf8), "the body is empty; send a JSON object"),
                    (Array("[]".utf8), "the body must be a JSON object, found a list"),
                    (Array("\"x\"".utf8), "the body must be a JSON object, found 'x'"),
                ]
                for (body, reason) in malformed {
                    #expect(refusal(await post(port, body)) == "400 INVALID_REQUEST: \(reason)")
                }
                let kept = try await bench.rows("refused").reversed()
                #expect(kept.map { $0.text("reason") } == malformed.map(\.1))
                #expect(kept.allSatisfy { $0.text("source") == "shop" && $0.text("code") == "malformed" && $0.text("status") == "400" })
                #expect(await post(port, nested(64)).first.status == 200)
            }
        }

        @Test func `a reply names all wrong types at once`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                let answer = await post(
                    port, Array(#"{"externalId":{},"conversionType":[],"amount":true,"currency":"EUR","clickId":[1],"metadata":"x"}"#.utf8))
                #expect(
                    refusal(answer)
                        == "400 VALIDATION_FAILED: externalId must be a text, found an object; conversionType must be a text, found a list; "
                        + "clickId must be a text, found a list; metadata must be an object, found 'x'; amount must be an amount, found true"
                )
                for (amount, status, reason) in [
                    ("4990.0", 422, "amount '4990.0' must be a whole number of minor units (EUR: 49.90 is 4990)"),
                    ("49.90", 422, "amount '49.90' must be a whole number of minor units (EUR: 49.90 is 4990)"),
                    (
                        "\"1,234.56\"", 422,
                        "amount '1,234.56' has a thousands separator; send a whole number of minor units (EUR: 1234.56 is 123456)"
                    ),
                    ("\"$5\"", 422, "amount '$5' has a currency sign; send a whole number of minor units (EUR: 5.00 is 500)"),
                    ("\"NaN\"", 422, "amount 'NaN' is not a finite number"),
                    ("1e400", 422, "amount '1e400' is out of range"),
                ] {
                    let body = #"{"externalId":"m","conversionType":"SALE","amount":\#(amount),"currency":"EUR","clickId":"c"}"#
                    let answer = await post(port, Array(body.utf8))
                    #expect(answer.first.status == status)
                    #expect(refusal(answer).hasPrefix("422 VALIDATION_FAILED: \(reason)"), "\(refusal(answer))")
                }
                for (index, amount) in ["1e2", "-0", "\"4990\""].enumerated() {
                    let body = #"{"externalId":"ok-\#(index)","conversionType":"SALE","amount":\#(amount),"currency":"EUR","clickId":"c"}"#
                    #expect(await post(port, Array(body.utf8)).first.status == 200, "\(amount)")
                }
                let amounts = try await bench.rows("conversions").reversed().map { $0.text("amount") }
                #expect(amounts == ["1.00", "0.00", "49.90"])
            }
        }

        @Test func `encodings and media types that are not read get a 415`() async throws {
            try await Workbench.serve(ConfigurationText()) { (bench, _, port, _) async throws in
                let sale = Array(Samples.sale("typed").body.utf8)
                for (headers, reason) in [
                    (
                        "Content-Type: application/json\r\nContent-Encoding: gzip\r\n",
                        "Content-Encoding 'gzip' is not read here; send the body as it is"
                    ),
                    ("Content-Type: text/plain\r\n", "Content-Type 'text/plain' is not read here; send application/json"),
                    (
                        "Content-Type: application/x-www-form-urlencoded\r\n",
                        "Content-Type 'application/x-www-form-urlencoded' is not read here; send application/json"
                    ),
                ] {
                    // JSON is read whatever it is called, unless it is packed.
                    let body = headers.contains("gzip") ? sale : Array("sale=typed".utf8)
                    #expect(refusal(await post(port, body, headers)) == "415 UNSUPPORTED_MEDIA_TYPE: \(reason)")
                }
                #expect(await post(port, sale, "Content-Type: Application/JSON; charset=utf-8\r\n").first.status == 200)
                #expect(await post(port, sale, "").first.status == 200)
                #expect(try await bench.rows("conversions").count == 1)
            }
        }

        @Test func `a body may have one mebibyte and not a byte more`() async throws {
            try await Workbench.serve(ConfigurationText()) { (bench, _, port, _) async throws in
                let limit = 1 << 20
                let start = Array(#"{"externalId":"big","conversionType":"SALE","amount":1,"currency":"EUR","clickId":"c","note":""#.utf8)
                func body(_ size: Int) -> [UInt8] { start + [UInt8](repeating: 0x61, count: size - start.count - 2) + Array("\"}".utf8) }
                #expect(await post(port, body(limit)).first.status == 200)
                #expect(
                    refusal(await post(port, body(limit + 1))) == "413 TOO_LARGE: the body has 1048577 bytes or more; 1048576 are allowed")
                let chunk = "10000\r\n" + String(repeating: "a", count: 65_536) + "\r\n"
                let head =
                    "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer rc_test_demo_sender_1\r\nTransfer-Encoding: chunked\r\n\r\n"
                let chunked = await RawConnection.exchange(
                    port, [.text(head + String(repeating: chunk, count: 17) + "0\r\n\r\n")], replies: 1)
                #expect(refusal(chunked) == "413 TOO_LARGE: the body has 1114112 bytes or more; 1048576 are allowed")
                let asking = head.replacing("Transfer-Encoding: chunked", with: "Expect: 100-continue\r\nContent-Length: 20000000")
                let asked = await RawConnection.exchange(port, [.text(asking)])
                #expect(refusal(asked) == "413 TOO_LARGE: the body has 20000000 bytes or more; 1048576 are allowed")
                #expect(asked.isClosed)
                #expect(try await bench.rows("conversions").count == 1)
            }
        }
    }
}
