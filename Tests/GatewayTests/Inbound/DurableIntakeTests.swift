import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// With the store that the gateway really uses.
struct DurableIntakeTests {
    @Test func `fifty equal requests at once make one conversion on disk`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "intake-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try SQLiteConversionStore(path: folder.appending(path: "gateway.db").path)
        let bench = IntakeBench([try .sample("one", "refcampaign", ["api_key": "key-one"])], store: store)
        let path = "/api/v1/conversions/postback"
        let order = #"{"externalId":"ord_42","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"rcs_7fKj2"}"#
        let request = WireRequest.post(path, order, ["Authorization": "Bearer key-one"])
        let answers = await withTaskGroup(of: Answer.self) { group in
            for _ in 0..<50 { group.addTask { await bench.send(request) } }
            return await group.reduce(into: [Answer]()) { $0.append($1) }
        }
        #expect(answers.allSatisfy { $0.status == 200 })
        let rows = try await store.conversions(ConversionFilter())
        #expect(rows.map(\.amount) == ["49.90"])
        let id = try #require(rows.first).id
        #expect(answers.allSatisfy { $0.body.contains(id.description) })
        let kept = try await store.request(of: id)
        #expect(kept?.headers.map(\.name) == ["Content-Type"])

        #expect(await bench.send(.post(path, "{", ["Authorization": "Bearer key-one"])).status == 400)
        #expect(try await store.refused(RefusedFilter()).map(\.refused.code) == ["malformed"])
        #expect(await bench.send(.get("/readyz")).status == 200)
        #expect(await bench.send(.get("/api/v1/conversions", "", ["Authorization": "Bearer key-one"])).body.contains("ord_42"))
        await store.close()
        let late = await bench.send(request)
        #expect(late.status == 503)
        #expect(late.headers == ["Retry-After": "5"])
    }

    @Test func `a conversion is handed on with the store's claims as they were before its commit`() async throws {
        let store = MemoryIntakeStore(isHeld: true)
        let bench = IntakeBench([try .sample("one", "refcampaign", ["api_key": "key-one"])], store: store)
        let order = #"{"externalId":"ord_42","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"rcs_7fKj2"}"#
        async let answer = bench.send(.post("/api/v1/conversions/postback", order, ["Authorization": "Bearer key-one"]))
        await store.hasBegun()
        // The process sleeps past its lease, and another takes over what it has stored.
        store.loseClaims()
        store.release()
        #expect(await answer.status == 200)
        #expect(store.claimEpoch == 1)
        #expect(bench.handedOn.all.map(\.claimEpoch) == [0])
    }
}
