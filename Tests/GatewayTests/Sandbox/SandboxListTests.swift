import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// Requests with several conversions, as the impersonated trackers take them.
struct SandboxListTests {
    private func post(_ target: String, _ body: String, _ use: (Int, String, DemoInbox) throws -> Void) async throws {
        try await SandboxFixture.run(Sandbox.openSources(of: .builtIn)) { _, port, inbox in
            let sample = Sample(
                source: "any", target: target, headers: [Samples.json, ("Authorization", "Bearer t"), ("developer-token", "d")], body: body)
            let reply = try await sample.post(port)
            try use(reply.status, reply.body, inbox)
        }
    }

    private static let email = String(repeating: "a", count: 64)

    private static func pinterest(_ name: String, value: String = "5.00") -> String {
        #"{"event_name":"checkout","event_time":1763569600,"event_id":"\#(name)","user_data":{"em":["\#(email)"]},"custom_data":{"currency":"USD","value":"\#(value)"}}"#
    }

    @Test func `each of several is answered by its place, and what is refused takes none of the others down`() async throws {
        let body = #"{"data":[\#(Self.pinterest("p-1")),\#(Self.pinterest("p-2", value: "5,00")),\#(Self.pinterest("p-3"))]}"#
        try await post("/pinterest/v5/ad_accounts/1/events", body) { status, body, inbox in
            #expect(status == 200)
            let answer = try JSONValue(parsing: body)
            #expect(answer["num_events_received"] == .number("3"))
            guard case .array(let events)? = answer["events"] else {
                Issue.record("no events: \(body)")
                return
            }
            #expect(events.map { $0.text("status") } == ["processed", "failed", "processed"])
            #expect(events[1].text("error_message").contains("has a decimal comma"), "\(body)")
            let all = inbox.takeAll().map { $0[.orderID].description }
            #expect(all == ["p-1", "p-3"])
        }
    }

    @Test func `a tracker without such a list takes all of them or none`() async throws {
        func event(_ name: String, _ value: String) -> String {
            #"{"event_name":"Purchase","event_time":1763569600,"event_id":"\#(name)","user_data":{"em":["\#(Self.email)"]},"custom_data":{"currency":"USD","value":\#(value)}}"#
        }
        try await post("/meta/v23.0/1/events?access_token=t", #"{"data":[\#(event("m-1", "5.00")),\#(event("m-2", "5.00"))]}"#) {
            status, body, inbox in
            #expect(status == 200 && body.contains(#""events_received":2"#), "\(status) \(body)")
            #expect(inbox.takeAll().count == 2)
        }
        try await post("/meta/v23.0/1/events?access_token=t", #"{"data":[\#(event("m-3", "5.00")),\#(event("m-4", "\"x\""))]}"#) {
            status, _, inbox in
            #expect(status == 400)
            #expect(inbox.takeAll().isEmpty)
        }
    }
}
