import Mappings
import Rules
import Testing

@testable import Gateway

/// Signed requests may be asked to be recent, and are never taken twice within the window.
struct FreshnessTests {
    private let invalid = Answer(401, #"{"status":"error","error":"invalid signature"}"#)

    private func bench(_ freshness: Freshness) throws -> IntakeBench {
        IntakeBench([try .sample("casino", "rs-traffic", ["secret": "k"], freshness: freshness)])
    }

    private func event(_ rest: String, key: String = "k") -> WireRequest {
        let text = "clickid=c&event=lead&status=approved\(rest)"
        return .get("/v1/event", "\(text)&sign=\(hmac(text, key))")
    }

    @Test func `a time beyond the tolerance is a 401, and the reason is kept`() async throws {
        let bench = try bench(Freshness(tolerance: .seconds(300)))
        for second in [1_717_000_000, 1_716_999_700, 1_717_000_300] {
            #expect(await bench.send(event("&timestamp=\(second)")).status == 200)
        }
        #expect(await bench.send(event("&timestamp=1716999699")) == invalid)
        #expect(await bench.send(event("&timestamp=1717000301")) == invalid)
        #expect(await bench.send(event("")) == invalid)
        #expect(
            bench.store.refused.map(\.reason) == [
                "the request's time 2024-05-29T16:21:39Z is 5m 1s behind ours; 5m are allowed",
                "the request's time 2024-05-29T16:31:41Z is 5m 1s ahead of ours; 5m are allowed",
                "the request has no time; this source's must be within 5m of ours",
            ])
        #expect(bench.store.refused.allSatisfy { $0.source == "casino" && $0.code == "unauthorized" })
    }

    @Test func `a signature that was seen is the duplicate, whatever the rest is`() async throws {
        let bench = try bench(Freshness(replayWindow: .seconds(3600)))
        let first = event("")
        let duplicate = Answer(200, #"{"status":"duplicate","id":"\#(bench.id(1))"}"#)
        #expect(await bench.send(first).body.contains(#""ok""#))
        bench.time.pass(.seconds(700))
        // Its own key has expired after ten minutes; a key of the sender's own and another spelling do not help.
        #expect(await bench.send(first) == duplicate)
        var disguised = first
        disguised.headers = [("Idempotency-Key", "another")]
        #expect(await bench.send(disguised) == duplicate)
        let signature = hmac("clickid=c&event=lead&status=approved", "k")
        disguised.query = first.query.replacing(signature, with: signature.uppercased())
        #expect(await bench.send(disguised) == duplicate)
        bench.time.pass(.seconds(2900))
        #expect(await bench.send(first).body.contains(#""ok""#))
        #expect(bench.store.submissions.count == 2)
    }
}
