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

    private static let failing = """
          accepted: { status: 200, body: { results: [{ done: "{order_id}" }] }, matches: { body: { done: "{...}" } } }
          refused: { status: 200, matches: { body: { error: { code: "{...}", text: "{reason}" } } }, outcome: rejected }
          nothing: { status: 200, matches: { body: {} }, outcome: unconfirmed }
          each:
            place: "results[]"
            errors: { place: "failure.details[].errors[]", position: "where.path[0].index", refused: { code: E, text: "{reason}" } }
        """

    private func failing() throws -> MappingWriter {
        let text = """
            tracker: Ads
            for: destination
            request: { method: POST, path: /events, body: json, list: data, most: 50 }
            fields: { order_id: { is: order_id } }
            replies:
            \(Self.failing)
            """
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: "ads", file: "ads.yaml")
        return try MappingWriter(try #require(mapping, "\(diagnostics.sorted)"), url: "https://ads.example")
    }

    @Test func `mistakes beside the list are of the conversion whose number they have`() throws {
        let writer = try failing()
        let body = #"""
            {"results":[{},{"done":"b"},{},{}],"failure":{"details":[{"errors":[{"code":"GONE","text":"too old","where":{"path":[{"index":2}]}},
            {"code":"TWICE","text":"again","where":{"path":[{"index":2}]}},{"code":"X","text":"whose?"},{"code":"Y","text":"far","where":{"path":[{"index":9}]}}]},
            {"errors":[{"code":"BAD","text":"no id","where":{"path":[{"index":0}]}}]}]}}
            """#
        let answers = try #require(writer.mapping.answers(toEach: try requests(writer, "a", "b", "c", "d"), in: Array(body.utf8)))
        let readings = answers.map { answer in
            let reading = answer.flatMap { writer.mapping.interpret(status: 200, body: $0) }
            return "\(reading?.outcome.rawValue ?? "nothing")\(reading?.message.map { ": \($0)" } ?? "")"
        }
        #expect(readings == ["rejected: no id", "delivered", "rejected: too old", "unconfirmed"])
    }

    @Test func `an answer to several is made of those to each, and is read again as these`() throws {
        let mapping = try failing().mapping
        let good = WireReply(status: 200, contentType: "application/json", body: Array(#"{"results":[{"done":"a"}]}"#.utf8))
        let bad = WireReply(status: 400, contentType: "application/json", body: Array(#"{"error":"no id"}"#.utf8))
        let reply = mapping.reply(toEach: [good, bad, good])
        #expect(reply.status == 200)
        let body = String(decoding: reply.body, as: UTF8.self)
        #expect(body.hasPrefix(#"{"results":[{"done":"a"},{},{"done":"a"}],"failure":{"details":[{"errors":[{"code":"E","text":""#))
        #expect(body.hasSuffix(#""where":{"path":[{"index":1}]}}]}]}}"#), "\(body)")
        #expect(mapping.reply(toEach: [bad, bad]) == bad)
        // Without a list of answers all are taken or none.
        let whole = try writer("body: json, list: data, most: 50").mapping
        #expect(whole.reply(toEach: [good, bad]) == bad)
        #expect(whole.reply(toEach: [good, good]) == good)
    }

    @Test func `a request that holds several conversions is one for each`() throws {
        let mapping = try writer("body: json, list: data, most: 3").mapping
        func parts(_ body: String) -> [String]? {
            mapping.requests(in: WireRequest(method: "POST", path: "/events", body: Array(body.utf8)))?.map {
                String(decoding: $0.body, as: UTF8.self)
            }
        }
        #expect(
            parts(#"{"data":[{"order_id":"a"},{"order_id":"b"}],"test":"T1"}"#) == [
                #"{"data":[{"order_id":"a"}],"test":"T1"}"#, #"{"data":[{"order_id":"b"}],"test":"T1"}"#,
            ])
        for body in [#"{"data":[{}]}"#, #"{"data":[1,2,3,4]}"#, "{}", "", "no json"] { #expect(parts(body) == nil, "\(body)") }
    }
}
