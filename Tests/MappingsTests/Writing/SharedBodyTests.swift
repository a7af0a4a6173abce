import Testing

@testable import Mappings

/// Several conversions in one body, and one answer to all of them.
struct SharedBodyTests {
    private func writer(_ request: String, each: String = "") throws -> MappingWriter {
        let text = """
            tracker: Ads
            request: { method: POST, path: /events, \(request) }
            fields:
              order_id: { is: order_id }
              test: { out: "'T1'", place: envelope }
            replies:
              accepted: { status: 200 }
              duplicate: { status: 409 }
            \(each)
            """
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: "ads", file: "ads.yaml")
        return try MappingWriter(try #require(mapping, "\(diagnostics.sorted)"), url: "https://ads.example")
    }

    private func requests(_ writer: MappingWriter, _ names: String...) throws -> [OutboundRequest] {
        try names.map { name in
            var conversion = Conversion(
                id: ConversionID(high: 0, low: 1), source: "s", tracker: "t", receivedAt: Timestamp(seconds: 0))
            conversion[.orderID] = .text(name)
            return try writer.write(conversion, at: Timestamp(seconds: 0))
        }
    }

    @Test func `bodies that differ in nothing but their conversions are joined`() throws {
        let writer = try writer("body: json, list: data, most: 50, within: 2s")
        #expect(writer.mapping.request.batch == BatchLimits(most: 50, within: .seconds(2)))
        let requests = try requests(writer, "a", "b", "c")
        #expect(requests[0].canShare(with: requests[1]))
        let body = String(decoding: OutboundRequest.joinedBody(of: requests), as: UTF8.self)
        #expect(body == #"{"data":[{"order_id":"a"},{"order_id":"b"},{"order_id":"c"}],"test":"T1"}"#)
        var other = requests[1]
        other.headers.append(("X-Key", "1"))
        #expect(!requests[0].canShare(with: other))
    }

    @Test func `an answer decides each by its place or by its name`() throws {
        let list = "body: json, list: data, most: 50"
        func answers(_ each: String, _ body: String) throws -> [String?]? {
            let writer = try writer(list, each: "  each: \(each)")
            return writer.mapping.answers(toEach: try requests(writer, "a", "b"), in: Array(body.utf8))?.map { answer in
                answer.map { String(decoding: $0, as: UTF8.self) }
            }
        }
        #expect(try answers(#"{ place: "results[]" }"#, #"{"results":[{"ok":1},{"ok":0},{"ok":2}]}"#) == [#"{"ok":1}"#, #"{"ok":0}"#])
        let named = #"{"data":{"events":[{"order_id":"b","ok":1}]}}"#
        #expect(try answers(#"{ place: "data.events[]", id: "{order_id}" }"#, named) == [nil, #"{"order_id":"b","ok":1}"#])
        #expect(try answers(#"{ place: "[]" }"#, "[1]") == ["1", nil])
        #expect(try answers(#"{ place: "results[]" }"#, #"{"error":"bad token"}"#) == nil)
        #expect(try answers(#"{ place: "results[]" }"#, "no json") == nil)
    }

    @Test func `an impossible batch is an error of the file`() {
        func errors(_ request: String, _ more: String = "") -> [String] {
            let text = """
                tracker: Ads
                request: { method: POST, path: /events, \(request) }
                credentials: { secret: { signs: true } }
                fields: { order_id: { is: order_id } }
                replies: { accepted: { status: 200 }, duplicate: { status: 409 } }
                \(more)
                """
            return MappingCompiler.compile(text, name: "ads", file: "ads.yaml").diagnostics.sorted.map { "\($0.message)" }
        }
        #expect(
            errors("body: json, most: 5") == ["'most' is for a body that holds a list of conversions; name it, such as list: data"])
        #expect(errors("body: json, list: data, within: 5s") == ["'within' goes with 'most', how many conversions a request holds"])
        #expect(
            errors("body: json, list: data, most: 5, per: item") == [
                "'per: item' sends each item by itself and 'most' several conversions at once; keep one"
            ])
        #expect(
            errors("body: json, per: order") == [
                "'per' says what a request is sent for: item, or leave it out for a conversion; found 'order'"
            ])
        #expect(
            errors("body: json, list: data, most: 5", "signature: { key: secret, header: X-Sign }") == [
                "a signature is made for one conversion's body, so requests cannot be shared; take 'most' away"
            ])
    }
}
