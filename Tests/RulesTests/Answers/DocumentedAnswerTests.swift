import Mappings
import Rules
import Testing

/// What the five trackers' mappings make of answers that are theirs, and of those that are not.
struct DocumentedAnswerTests {
    private static let page = "<!doctype html><html><title>Log in</title></html>"

    private static func verdict(_ tracker: String, _ status: Int, _ body: String) throws -> String {
        let mapping = try #require(MappingCatalog.builtIn[tracker])
        let settings: [String: SettingValue] = tracker == "trcker" ? ["brand": .text("b"), "offer": .text("o")] : [:]
        let writer = try MappingWriter(mapping, url: "https://t.example", settings: settings)
        let destination = DestinationConfiguration(name: "main", target: .tracker(writer), exponents: .iso)
        let bytes = Array(body.utf8)
        let reading = destination.read(Reply(status: status, body: bytes), update: nil)
        switch destination.answers.verdict(on: Reply(status: status, body: bytes), reading: reading) {
        case .delivered: return "delivered"
        case .duplicate: return "duplicate"
        case .rejected: return "rejected"
        case .retry: return "retry"
        case .unconfirmed: return "unconfirmed"
        }
    }

    @Test(arguments: [
        ("refcampaign", #"{"success":true,"conversionId":"1"}"#), ("refvenue", #"{"success":true,"conversion_id":"1","commission":2}"#),
        ("refersion", #"{"success":true,"conversion_id":"1"}"#), ("refersion", "OK"),
        ("trcker", #"{"data":{"status":"ok","conversionId":"1"}}"#),
        ("rs-traffic", #"{"status":"ok","id":"1"}"#), ("rs-traffic", "\u{FEFF} {\"status\":\"ok\",\"id\":\"1\"}\n"),
    ])
    func `a documented success is delivered, with another 2xx too`(tracker: String, body: String) throws {
        #expect(try Self.verdict(tracker, 200, body) == "delivered")
        // Refersion's page documents a 200 and no body, so that nothing else tells another 2xx.
        #expect(try Self.verdict(tracker, 201, body) == (tracker == "refersion" ? "unconfirmed" : "delivered"))
    }

    @Test(arguments: ["refcampaign", "refersion", "refvenue", "rs-traffic", "trcker"])
    func `what is no answer of the tracker's is not believed`(tracker: String) throws {
        #expect(try Self.verdict(tracker, 200, Self.page) == "unconfirmed")
        #expect(try Self.verdict(tracker, 200, "Connection failed: SQLSTATE[HY000]") == "unconfirmed")
        if tracker != "refersion" {
            #expect(try Self.verdict(tracker, 200, "") == "unconfirmed")
            #expect(try Self.verdict(tracker, 200, "{}") == "unconfirmed")
        }
        for status in [401, 403, 404] { #expect(try Self.verdict(tracker, status, Self.page) == "retry") }
        #expect(try Self.verdict(tracker, 401, #"{"error":"who"}"#) == "rejected")
        #expect(try Self.verdict(tracker, 404, #"{"error":"gone"}"#) == "rejected")
    }

    @Test func `a 409 is what the tracker's page says, or a duplicate`() throws {
        let verdicts = try ["refcampaign", "refersion", "refvenue", "rs-traffic", "trcker"].map { try Self.verdict($0, 409, "") }
        #expect(verdicts == ["rejected", "duplicate", "duplicate", "duplicate", "duplicate"])
    }
}
