import Testing

@testable import Mappings

/// What ad platforms answer to several conversions in one request, as their pages show it, and what the sandbox answers in their place.
struct EachAnswerTests {
    private static func readings(_ name: String, _ count: Int, _ body: String) throws -> [String]? {
        let mapping = try #require(MappingCatalog.builtIn[name])
        let request = OutboundRequest(method: "POST", url: "https://t.example", maskedURL: "", headers: [], body: [])
        return mapping.answers(toEach: Array(repeating: request, count: count), in: Array(body.utf8))?.map { answer in
            guard let answer, let reading = mapping.interpret(status: 200, body: answer) else { return "nothing" }
            return reading.outcome.rawValue + (reading.message.map { ": \($0)" } ?? "")
        }
    }

    @Test func `Pinterest names each event's status in order`() throws {
        let body = #"""
            {"num_events_received":3,"num_events_processed":2,"events":[{"status":"processed","error_message":"","warning_message":""},
            {"status":"failed","error_message":"em is no hash"},{"status":"processed"}]}
            """#
        #expect(try Self.readings("pinterest", 3, body) == ["delivered", "rejected: em is no hash", "delivered"])
        #expect(try Self.readings("pinterest", 1, #"{"code":1,"message":"invalid"}"#) == nil)
    }

    @Test func `Google Ads has an empty result for what was refused, and the reason beside the results`() throws {
        func error(_ index: Int, _ code: String, _ message: String) -> String {
            #"""
            {"errorCode":{"conversionUploadError":"\#(code)"},"message":"\#(message)","location":{"fieldPathElements":[{"fieldName":"conversions","index":\#(index)},{"fieldName":"gclid"}]}}
            """#
        }
        let result = #"{"gclid":"g","conversionAction":"customers/1/conversionActions/2","conversionDateTime":"2025-11-20 00:00:00+00:00"}"#
        let errors = [
            error(1, "CLICK_NOT_FOUND", "no such click"), error(2, "TOO_RECENT_EVENT", "try again"),
            error(3, "CLICK_CONVERSION_ALREADY_EXISTS", "known"),
        ].joined(separator: ",")
        let body =
            #"{"partialFailureError":{"code":3,"message":"Multiple errors","details":[{"@type":"x","errors":[\#(errors)]}]},"results":[\#(result),{},{},{},{}]}"#
        #expect(
            try Self.readings("google-ads", 5, body) == [
                "delivered", "rejected: no such click", "retry: try again", "duplicate: known", "unconfirmed",
            ])
        // Only validated: there are no results.
        let mapping = try #require(MappingCatalog.builtIn["google-ads"])
        #expect(try Self.readings("google-ads", 1, "{}") == nil)
        #expect(mapping.interpret(status: 200, body: Array("{}".utf8))?.outcome == .unconfirmed)
    }

    @Test(arguments: ["pinterest", "google-ads"])
    func `what the sandbox answers to several is read as it was meant`(name: String) throws {
        let mapping = try #require(MappingCatalog.builtIn[name])
        var sale = Conversion(id: ConversionID(high: 0, low: 1), source: "s", tracker: name, receivedAt: Samples.receivedAt)
        sale[.orderID] = .text("o-1")
        var variables = ReplyVariables()
        variables.count = 2
        let good = mapping.reply("accepted", to: sale, variables)
        variables.refusal = Refusal(.invalid, "no click")
        let bad = mapping.reply("invalid", to: sale, variables)
        let body = String(decoding: mapping.reply(toEach: [good, bad]).body, as: UTF8.self)
        #expect(try Self.readings(name, 2, body) == ["delivered", "rejected: no click"], "\(body)")
        #expect(try Self.readings(name, 1, String(decoding: good.body, as: UTF8.self)) == ["delivered"])
    }

    @Test func `Dub's answer to what it does not count has null in it, and confirms nothing`() throws {
        let mapping = try #require(MappingCatalog.builtIn["dub"])
        func outcome(_ body: String) -> ReplyReading.Outcome? { mapping.interpret(status: 200, body: Array(body.utf8))?.outcome }
        #expect(outcome(#"{"eventName":"Purchase","customer":null,"sale":null}"#) == .unconfirmed)
        #expect(outcome(#"{"eventName":"Purchase","customer":{"id":"cus_1"},"sale":{"amount":4990}}"#) == .delivered)
        let nobody = Conversion(id: ConversionID(high: 0, low: 1), source: "s", tracker: "dub", receivedAt: Samples.receivedAt)
        let reply = mapping.reply("duplicate", to: nobody, ReplyVariables())
        #expect(String(decoding: reply.body, as: UTF8.self) == #"{"customer":null,"sale":null}"#)
    }
}
