import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Bodies as PHP, curl and tags write them: sent to a gateway, read with a warning, and shown.
    struct PeerBodyTests {
        private func post(_ port: Int, _ sample: Sample, _ body: [UInt8], type: String? = "application/json") async -> RawAnswer {
            let headers = sample.headers.filter { $0.0 != "Content-Type" } + (type.map { [("Content-Type", $0)] } ?? [])
            let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
            let head = "\(sample.method) \(sample.target) HTTP/1.1\r\nHost: x\r\n\(lines)Content-Length: \(body.count)\r\n\r\n"
            return await RawConnection.exchange(port, [.text(head), .send(body)], replies: 1)
        }

        private func order(_ id: String, _ more: String) -> [UInt8] {
            Array(#"{"cart_id":"c-1","order_id":"\#(id)","currency_code":"USD",\#(more)}"#.utf8)
        }

        @Test func `an order as the vendor's plugin and tag write it is stored, shown with its warnings and logged`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, gateway, port, _ in
                let items =
                    #""items":{"4711":{"price":"5.50","quantity":2,"sku":"A"},"4712":{"sku":"GIFT","quantity":1},"4713":{"price":1,"sku":"B"}}"#
                let body = order("o-1", #""discount":false,"discount_code":[],"customer":[],"metadata":[],\#(items)"#)
                #expect(await post(port, Samples.refersion, body).first.status == 200)
                let shown = try await bench.run("conversions", "show", "o-1")
                for line in [
                    "items is an object of 3 members instead of a list; its members were read as the list, in their order",
                    "customer is an empty list; it counts as absent", "discount is false; it counts as absent",
                    "discount_code is an empty list; it counts as absent", "items[1].price was not sent; read as 0, Refersion's default",
                    "items[2].quantity was not sent; read as 1, Refersion's default",
                ] {
                    #expect(shown.output.contains(line), "\(shown.output)")
                }
                #expect(try await bench.rows("conversions").map { $0.text("amount") } == ["12.00"])
                #expect(
                    gateway.errors.contains(
                        "a conversion was read with warnings: customer is an empty list; it counts as absent; items is an object"))
                #expect(try await bench.rows("refused").isEmpty)
            }
        }

        @Test func `curl's and a pixel's content types lose no sale, and the same order in another spelling is one`() async throws {
            try await Workbench.serve(ConfigurationText()) { (bench, _, port, _) async throws in
                let sale = Array(Samples.sale("o-1").body.utf8)
                let form = "application/x-www-form-urlencoded"
                for type in [form, "text/plain;charset=UTF-8", nil, "application/json"] {
                    #expect(await post(port, Samples.sale("o-1"), sale, type: type).first.status == 200)
                }
                let pairs = Array(
                    "program_id=p&coupon_code=C&conversion_type=purchase&revenue_amount=8.5&publishable_key=pk_test_demo_sender_1".utf8)
                #expect(await post(port, Samples.refVenue, pairs).first.status == 200)
                for (index, id) in ["12", "12.0", "1.2e1", "\"12\""].enumerated() {
                    let body = #"{"cart_id":"c","order_id":\#(id),"currency_code":"USD","items":[{"price":1,"quantity":1}]}"#
                    let answer = await post(port, Samples.refersion, Array(body.utf8))
                    #expect(answer.first.body.contains("already reported") == (index > 0), "\(answer.first.body)")
                }
                #expect(try await bench.rows("conversions").count == 3)
                #expect(await post(port, Samples.sale("o-2"), Array("<sale id=\"o-2\"/>".utf8), type: "text/xml").first.status == 415)
                let secrets = try bench.storeFiles(holding: "pk_test_demo_sender_1")
                #expect(secrets.isEmpty)
            }
        }

        @Test func `characters in a wrong encoding are read, kept as they came, and never make two orders one`() async throws {
            try await Workbench.serve(ConfigurationText()) { (bench, _, port, _) async throws in
                let items = #""items":[{"price":1,"quantity":1}]"#
                let name = [0xEF, 0xBB, 0xBF] + order("o-1", #""customer":{"first_name":"Jos~","last_name":"M\ud83d"},\#(items)"#)
                #expect(await post(port, Samples.refersion, name.map { $0 == UInt8(ascii: "~") ? 0xE9 : $0 }).first.status == 200)
                let shown = try await bench.run("conversions", "show", "o-1")
                #expect(shown.output.contains("José") && shown.output.contains("a byte order mark is in front of the body"))
                #expect(shown.output.contains("its byte 0xE9 is 'é'"))
                let kept = try bench.storeFiles(holding: #"M\ud83d"#)
                #expect(!kept.isEmpty)
                for half in [#"\ud83d"#, #"\ud83e"#] {
                    let answer = await post(port, Samples.refersion, order("o\(half)", items))
                    #expect(answer.first.status == 400 && answer.first.body.contains("has lost a character in a wrong encoding"))
                }
                #expect(try await bench.rows("conversions").count == 1)
                #expect(try await bench.rows("refused").count == 2)
            }
        }

        @Test func `a source's own duplicate key is never made of a lost character`() async throws {
            let configuration = ConfigurationText(sources: [.store.with(["duplicates": "{ key: [customer.last_name] }"])])
            try await Workbench.serve(configuration) { (bench, _, port, _) async throws in
                for (index, half) in [#"\ud83d"#, #"\ud83e"#].enumerated() {
                    let more = #""customer":{"last_name":"M\#(half)"},"items":[{"price":1,"quantity":1}]"#
                    let answer = await post(port, Samples.refersion, order("o-\(index)", more))
                    #expect(answer.first.status == 400 && answer.first.body.contains("customer.last_name 'M"), "\(answer.first.body)")
                }
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }

        @Test func `a proxy's list, a floating-point clock and an ISO time are read, and explain says so`() async throws {
            try await Workbench.use(ConfigurationText()) { bench, _ in
                let list = try await bench.run(
                    "explain", "--source", "saas",
                    input: #"{"program_id":"p","coupon_code":"C","conversion_type":"signup","customer_ip":"203.0.113.42, 10.0.0.7"}"#)
                #expect(list.status == 0 && list.output.contains("is a list; its first address, 203.0.113.42, was read"), "\(list.output)")
                for (time, warning) in [
                    ("1764200000.5", "timestamp '1764200000.5' has a fraction; it was read as 1764200000"),
                    (
                        #""2025-11-26T23:33:20Z""#,
                        "timestamp '2025-11-26T23:33:20Z' was read as an ISO 8601 time; UNIX seconds are expected"
                    ),
                    (#""2025-11-27T00:33:20+01:00""#, "was read as an ISO 8601 time; UNIX seconds are expected"),
                ] {
                    let event = #"{"clickid":"c","event":"lead","status":"approved","timestamp":\#(time)}"#
                    let run = try await bench.run("explain", "--source", "casino", input: event)
                    #expect(run.status == 0 && run.output.contains(warning), "\(run.output)")
                    #expect(run.output.contains("2025-11-26T23:33:20Z"))
                }
                for (time, sentence) in [
                    ("1764200000000", "timestamp '1764200000000' is too large for UNIX seconds; divide milliseconds by 1000"),
                    (#""tomorrow""#, "timestamp 'tomorrow' is not UNIX time; send seconds since 1970, such as 1764200000"),
                ] {
                    let event = #"{"clickid":"c","event":"lead","status":"approved","timestamp":\#(time)}"#
                    let run = try await bench.run("explain", "--source", "casino", input: event)
                    #expect(run.status == 1 && run.output.contains(sentence), "\(run.output)")
                }
            }
        }

        @Test func `a refused order in an odd body can be run again as it came`() async throws {
            try await Workbench.serve(ConfigurationText()) { (bench, _, port, _) async throws in
                let lead =
                    #"{"program_id":"p","conversion_type":"purchase","revenue_amount":1,"publishable_key":"pk_test_demo_sender_1","customer_ip":"J\ud83d"}"#
                let answer = await post(port, Samples.refVenue, [0xEF, 0xBB, 0xBF] + Array(lead.utf8), type: "text/plain")
                #expect(answer.first.status == 400)
                let again = try await bench.run("replay", "1")
                let said = again.output + again.errors
                #expect(said.contains("refused request 1 is refused again: one of ref_code or coupon_code is required"), "\(said)")
            }
        }
    }
}
