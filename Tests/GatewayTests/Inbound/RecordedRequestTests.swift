import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// Whoever has recorded a signed request, such as from a proxy's log, makes no money out of it.
struct RecordedRequestTests {
    private let text = "amount=50.00&clickid=abc&currency=USD&event=ftd&status=approved"

    /// An event without a timestamp.
    private func event(_ text: String) -> WireRequest { .get("/v1/event", "\(text)&sign=\(hmac(text, "signing-key-of-casino"))") }

    private func use(
        _ repeats: RepeatPolicy?, duplicates: DuplicateRule? = nil, freshness: Freshness? = nil,
        _ body: (IntakeBench, SQLiteConversionStore) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "recorded-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteConversionStore(path: folder.appending(path: "gateway.db").path)
        var source = try SourceConfiguration.sample(
            "casino", "rs-traffic", ["secret": "signing-key-of-casino"], duplicates: duplicates, freshness: freshness)
        source.repeats = repeats
        try await body(IntakeBench([source], store: store), store)
        await store.close()
    }

    private func duplicate(_ bench: IntakeBench, of number: UInt64 = 1) -> Answer {
        Answer(200, #"{"status":"duplicate","id":"\#(bench.id(number))"}"#)
    }

    @Test(arguments: [nil, .ignore, .update, .add, .new] as [RepeatPolicy?])
    func `three replays with fresh keys leave the amount as it is, at whatever time`(_ repeats: RepeatPolicy?) async throws {
        try await use(repeats) { (bench, store) async throws in
            #expect(await bench.send(event(text)).body.contains(#""ok""#))
            for (number, wait) in [1, 700, 400 * 86_400].enumerated() {
                bench.time.pass(.seconds(wait))
                var replay = event(text)
                replay.headers = [("Idempotency-Key", "fresh-\(number)")]
                #expect(await bench.send(replay) == duplicate(bench))
            }
            let rows = try await store.conversions(ConversionFilter())
            #expect(rows.map(\.amount) == ["50.00"])
            #expect(try await store.history(of: rows[0].id).count == 1)
        }
    }

    /// What is sent beside a signed body is not signed.
    @Test(arguments: [.update, .add, .new] as [RepeatPolicy])
    func `a replay with other content beside what is signed changes nothing`(_ repeats: RepeatPolicy) async throws {
        try await use(repeats) { (bench, store) async throws in
            let body = #"{"clickid":"abc","event":"ftd","status":"approved","amount":"50.00","currency":"USD"}"#
            let sign = ["X-RS-Sign": hmac(body, "signing-key-of-casino")]
            #expect(await bench.send(.post("/v1/event", body, sign)).body.contains(#""ok""#))
            for number in 0..<3 {
                bench.time.pass(.seconds(700))
                #expect(await bench.send(.post("/v1/event", body, sign, query: "extra=\(number)")) == duplicate(bench))
            }
            #expect(try await store.conversions(ConversionFilter()).map(\.amount) == ["50.00"])
        }
    }

    /// A body that verifies in several forms, and a signature that has several spellings, are one request.
    @Test func `a replay that spells the same signature or the same content in another way changes nothing`() async throws {
        try await use(.add) { (bench, store) async throws in
            let body = #"{"amount":"50.00","clickid":"abc","currency":"USD","event":"ftd","status":"approved"}"#
            let sign = hmac(body, "signing-key-of-casino")
            #expect(await bench.send(.post("/v1/event", body, ["X-RS-Sign": sign])).body.contains(#""ok""#))
            let others: [WireRequest] = [
                .post("/v1/event", body, ["X-RS-Sign": "sha256=" + sign]), .post("/v1/event", body, ["X-RS-Sign": sign.uppercased()]),
                .post("/v1/event", body, query: "sign=" + sign), .post("/v1/event", body.dropLast() + #","sign":"SHA256=\#(sign)"}"#),
                .post(
                    "/v1/event",
                    #"{"status": "approved", "event": "ftd", "currency": "USD", "clickid": "abc", "amount": "50.00", "sign": "\#(sign)"}"#),
                .post("/v1/event", body + "\n", ["X-RS-Sign": sign]),
            ]
            for other in others {
                bench.time.pass(.seconds(700))
                #expect(await bench.send(other) == duplicate(bench), "\(String(decoding: other.body, as: UTF8.self))")
            }
            #expect(try await store.conversions(ConversionFilter()).map(\.amount) == ["50.00"])
        }
    }

    @Test func `a time beside what is signed decides nothing`() async throws {
        try await use(nil, freshness: Freshness(tolerance: .seconds(60))) { (bench, store) async throws in
            let old = #"{"amount":"50.00","clickid":"abc","currency":"USD","event":"ftd","status":"approved","timestamp":1716000000}"#
            let sign = hmac(old, "signing-key-of-casino")
            for query in ["", "timestamp=1717000000", "timestamp=1717000000&timestamp=1716000000"] {
                #expect(await bench.send(.post("/v1/event", old, ["X-RS-Sign": sign], query: query)).status == 401)
            }
            let text = "clickid=abc&event=lead&status=approved&timestamp=1716000000"
            let pair = "&sign=" + hmac(text, "signing-key-of-casino")
            for changed in ["\(text)&timestamp=1717000000", "timestamp=1717000000&\(text)", "\(text)&%74imestamp=1717000000"] {
                #expect(await bench.send(.get("/v1/event", changed + pair)).status >= 400)
            }
            #expect(try await store.conversions(ConversionFilter()).isEmpty)
        }
    }

    @Test func `the signature of a message that changed a conversion is remembered too`() async throws {
        let rule = DuplicateRule(
            alternatives: [
                DuplicateRule.Alternative(parts: [DuplicateRule.Part(path: .field(.clickID), isOptional: false)], within: .seconds(600))
            ])
        try await use(.add, duplicates: rule) { (bench, store) async throws in
            let more = text.replacing("50.00", with: "30.00")
            #expect(await bench.send(event(text)).body.contains(#""ok""#))
            #expect(await bench.send(event(more)) == duplicate(bench))
            #expect(try await store.conversions(ConversionFilter()).map(\.amount) == ["80.00"])
            for _ in 0..<2 {
                bench.time.pass(.seconds(700))
                for text in [text, more] { #expect(await bench.send(event(text)) == duplicate(bench)) }
            }
            #expect(try await store.conversions(ConversionFilter()).map(\.amount) == ["80.00"])
        }
    }

    @Test func `an Idempotency-Key neither splits nor merges signed content, and its conversion says so`() async throws {
        try await use(.new) { (bench, store) async throws in
            var one = event(text)
            var other = event(text.replacing("abc", with: "def"))
            one.headers = [("Idempotency-Key", "same")]
            other.headers = [("Idempotency-Key", "same")]
            #expect(await bench.send(one).body.contains(#""ok""#))
            #expect(await bench.send(other).body.contains(#""ok""#))
            let rows = try await store.conversions(ConversionFilter())
            #expect(rows.count == 2)
            #expect(
                try rows.allSatisfy {
                    try Conversion(document: $0.document).warnings == ["Idempotency-Key is not signed; it was not followed"]
                })
        }
    }

    @Test func `a signature is remembered no shorter than the duplicate rule holds`() async throws {
        let rule = DuplicateRule(
            alternatives: [
                DuplicateRule.Alternative(parts: [DuplicateRule.Part(path: .field(.clickID), isOptional: false)], within: .seconds(7200))
            ])
        let freshness = Freshness(replayWindow: .seconds(60))
        try await use(.add, duplicates: rule, freshness: freshness) { (bench, store) async throws in
            #expect(await bench.send(event(text)).body.contains(#""ok""#))
            bench.time.pass(.seconds(7199))
            #expect(await bench.send(event(text)) == duplicate(bench))
            bench.time.pass(.seconds(1))
            #expect(await bench.send(event(text)).body.contains(#""ok""#))
        }
    }

    /// What says which of the two is meant is a header, or the path: neither is signed.
    @Test func `a request to one source is no conversion of another that has the same secret`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "recorded-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteConversionStore(path: folder.appending(path: "gateway.db").path)
        let secrets = ["secret": "signing-key-of-casino"]
        let sources = try ["casino", "poker"].map { try SourceConfiguration.sample($0, "rs-traffic", secrets) }
        let bench = IntakeBench(sources, store: store)
        #expect(await bench.send(event(text)).body.contains(#""ok""#))
        for name in ["X-RS-Source", "x-rs-source"] {
            var replay = event(text)
            replay.headers = [(name, "poker")]
            let answer = await bench.send(replay)
            #expect(answer.status == 409)
            #expect(answer.body.contains("the request's signature belongs to a conversion of another source"))
        }
        var replay = event(text)
        replay.path = "/poker" + replay.path
        #expect(await bench.send(replay).status == 409)
        #expect(try await store.conversions(ConversionFilter()).map(\.source) == ["casino"])
        await store.close()
    }
}
