import Mappings
import Rules
import Testing

@testable import Gateway

struct RefCampaignIntakeTests {
    private let path = "/api/v1/conversions/postback"
    private let bearer = ["Authorization": "Bearer key-one"]
    private let order = #"{"externalId":"ord_42","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"rcs_7fKj2"}"#
    private let moment = #""meta":{"timestamp":"2024-05-29T16:26:40Z","requestId":""#

    private func bench(shared: Bool = false) throws -> IntakeBench {
        let settings: [String: SettingValue] = shared ? ["shared_ids": .flag(true)] : [:]
        return IntakeBench([
            try .sample("one", "refcampaign", ["api_key": "key-one"], settings: settings),
            try .sample("two", "refcampaign", ["api_key": "key-two"], settings: settings),
        ])
    }

    @Test func `a sale is stored and answered as documented`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, order, bearer)) == Answer(200, #"{"success":true,"conversionId":"\#(bench.id(1))"}"#))
        let row = try #require(bench.store.submissions.first).conversion
        #expect(row.source == "one")
        #expect(row.tracker == "refcampaign")
        #expect(row.type == "sale")
        #expect(row.orderID == "ord_42")
        #expect(row.amount == "49.90")
        #expect(row.currency == "EUR")
        #expect(bench.handedOn.all.map(\.id.description) == [bench.id(1)])
    }

    @Test func `a repeat is answered with the first conversion's id, whatever its content`() async throws {
        let bench = try bench()
        _ = await bench.send(.post(path, order, bearer))
        let duplicate = Answer(200, #"{"success":true,"conversionId":"\#(bench.id(1))","message":"Conversion already tracked"}"#)
        #expect(await bench.send(.post(path, order, bearer)) == duplicate)
        #expect(await bench.send(.post(path, order.replacing("4990", with: "5990"), bearer)) == duplicate)
        #expect(bench.store.state.withLock { $0.repeats.map(\.sameContent) } == [true, false])
        #expect(bench.handedOn.all.count == 1)
    }

    @Test(arguments: [nil, "Bearer wrong", "Bearer ", "Bearer", "", "Basic key-one", "key-one", "Bearer key-one x"])
    func `a missing, wrong or empty key is a 401`(authorization: String?) async throws {
        let bench = try bench()
        let answer = await bench.send(.post(path, order, authorization.map { ["Authorization": $0] } ?? [:]))
        let expected =
            #"{"success":false,"error":{"code":"UNAUTHORIZED","message":"Invalid or missing API key"},"# + moment + bench.id(1) + #""}}"#
        #expect(answer == Answer(401, expected))
        #expect(bench.store.submissions.isEmpty)
    }

    @Test func `a word of the scheme counts in any case`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, order, ["authorization": "bearer key-one"])).status == 200)
    }

    @Test func `a stranger's garbage is a 401, a sender's is a 400`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, "{", ["Authorization": "Bearer wrong"])).status == 401)
        let answer = await bench.send(.post(path, "{", bearer))
        #expect(answer.status == 400)
        #expect(
            answer.body.hasPrefix(
                #"{"success":false,"error":{"code":"INVALID_REQUEST","message":"the body is not valid JSON: line 1, column 2: "#))
        #expect(bench.store.refused.map(\.source) == [nil, "one"])
        #expect(bench.store.refused.map(\.status) == [401, 400])
        #expect(bench.store.refused.map(\.code) == ["unauthorized", "malformed"])
    }

    @Test func `decimals in minor units are a 422 that quotes the value`() async throws {
        let bench = try bench()
        let answer = await bench.send(.post(path, order.replacing("4990", with: "49.90"), bearer))
        #expect(answer.status == 422)
        #expect(answer.body.contains(#""code":"VALIDATION_FAILED""#))
        #expect(answer.body.contains("49.90"))
        #expect(bench.store.refused.map(\.status) == [422])
    }

    @Test func `depth, doubled keys and what is no object are a 400`() async throws {
        let bench = try bench()
        let deep = #"{"metadata":"# + String(repeating: "[", count: 64) + String(repeating: "]", count: 64) + "}"
        #expect(await bench.send(.post(path, deep, bearer)).status == 400)
        #expect(await bench.send(.post(path, #"{"externalId":"a","externalId":"b"}"#, bearer)).status == 400)
        #expect(await bench.send(.post(path, "[]", bearer)).status == 400)
        #expect(await bench.send(.post(path, "", bearer)).status == 400)
        #expect(bench.store.refused.map(\.code) == Array(repeating: "malformed", count: 4))
    }

    @Test func `another kind of body is a 415 for those who have the key`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, "a=1", bearer, type: "text/plain")).status == 415)
        #expect(await bench.send(.post(path, "a=1", type: "text/plain")).status == 401)
        #expect(await bench.send(.post(path, order, bearer.merging(["Content-Encoding": "gzip"]) { $1 })).status == 415)
    }

    @Test func `a body over the limit is a 413, kept without its bytes`() async throws {
        let bench = try bench()
        let fault = Refusal(.tooLarge, "the body has 2000000 bytes or more; 1048576 are allowed")
        let answer = await bench.send(.post(path, "", bearer), fault: fault)
        let expected =
            #"{"success":false,"error":{"code":"TOO_LARGE","message":"the body has 2000000 bytes or more; 1048576 are allowed"},"# + moment
            + bench.id(1) + #""}}"#
        #expect(answer == Answer(413, expected))
        #expect(await bench.send(.post(path, ""), fault: fault).status == 413)
        #expect(bench.store.refused.map(\.source) == ["one", nil])
    }

    @Test func `an id of another source is a 409 only if ids are shared`() async throws {
        let apart = try bench()
        _ = await apart.send(.post(path, order, bearer))
        #expect(await apart.send(.post(path, order, ["Authorization": "Bearer key-two"])).status == 200)

        let shared = try bench(shared: true)
        _ = await shared.send(.post(path, order, bearer))
        let answer = await shared.send(.post(path, order, ["Authorization": "Bearer key-two"]))
        let expected =
            #"{"success":false,"error":{"code":"ALREADY_EXISTS","message":"externalId 'ord_42' belongs to a conversion of another source"},"#
            + moment + shared.id(2) + #""}}"#
        #expect(answer == Answer(409, expected))
        #expect(shared.store.refused.map(\.source) == ["two"])
        #expect(await shared.send(.post(path, order, bearer)).body.contains("already tracked"))
    }

    @Test func `an Idempotency-Key is the key`() async throws {
        let bench = try bench()
        let headers = bearer.merging(["Idempotency-Key": " k-1 "]) { $1 }
        _ = await bench.send(.post(path, order, headers))
        let other = order.replacing("ord_42", with: "ord_43")
        #expect(await bench.send(.post(path, other, headers)).body.contains(bench.id(1)))
        #expect(await bench.send(.post(path, other, bearer)).body.contains(bench.id(3)))
        #expect(await bench.send(.post(path, order, bearer.merging(["Idempotency-Key": "  "]) { $1 })).body.contains(bench.id(4)))
        let long = bearer.merging(["Idempotency-Key": String(repeating: "k", count: 256)]) { $1 }
        #expect(await bench.send(.post(path, order, long)).body.contains(bench.id(4)))
    }

    @Test func `fifty equal requests at once make one conversion`() async throws {
        let bench = try bench()
        let request = WireRequest.post(path, order, bearer)
        let bodies = await withTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { await bench.send(request).body } }
            return await group.reduce(into: [String]()) { $0.append($1) }
        }
        #expect(bench.store.submissions.count == 1)
        let id = try #require(bench.store.submissions.first).conversion.id.description
        #expect(bodies.allSatisfy { $0.contains(id) })
        #expect(bodies.count { $0.contains("already tracked") } == 49)
    }

    @Test func `a source's own path takes its key and no other`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post("/one" + path, order, bearer)).status == 200)
        #expect(await bench.send(.post("/two" + path, order, bearer)).status == 401)
        // No source is called so: the segment counts as one that a proxy put in front.
        #expect(await bench.send(.post("/three" + path, order, bearer)).body.contains("already tracked"))
        #expect(await bench.send(.post("/three" + path, order)).status == 401)
        #expect(await bench.send(.post("/one" + path + "/", order, bearer)).body.contains("already tracked"))
    }

    @Test func `the list shows what this source has sent, newest first`() async throws {
        let bench = try bench()
        _ = await bench.send(.post(path, order, bearer))
        _ = await bench.send(.post(path, order.replacing("ord_42", with: "ord_43"), bearer))
        _ = await bench.send(.post(path, order, ["Authorization": "Bearer key-two"]))
        let list = "/api/v1/conversions"
        let answer = await bench.send(.get(list, "campaignId=cmp_xxx&limit=1", bearer))
        let expected =
            #"{"success":true,"data":[{"id":"\#(bench.id(2))","externalId":"ord_43","conversionType":"SALE","amount":4990,"currency":"EUR","#
            + #""status":"pending","sessionId":"rcs_7fKj2","convertedAt":"2024-05-29T16:26:40Z","createdAt":"2024-05-29T16:26:40Z"}],"#
            + #""meta":{"limit":1,"offset":0,"count":1}}"#
        #expect(answer == Answer(200, expected))
        #expect(await bench.send(.get(list, "offset=1", bearer)).body.contains(#""limit":50,"offset":1,"count":1"#))
        #expect(await bench.send(.get("/two" + list, "limit=1000", ["Authorization": "Bearer key-two"])).body.contains(#""limit":100"#))
        #expect(await bench.send(.get(list)).status == 401)
        let refused = await bench.send(.get(list, "limit=0", bearer))
        #expect(refused.status == 400)
        #expect(refused.body.contains("limit must be a whole number from 1, found '0'"))
        #expect(await bench.send(.get(list, "offset=x", bearer)).status == 400)
        #expect(bench.store.refused.isEmpty)
    }

    @Test func `what the store cannot take is a 503, and the next try succeeds`() async throws {
        let bench = try bench()
        bench.store.fail(StoreError(.full, "no space is left"))
        let answer = await bench.send(.post(path, order, bearer))
        let expected =
            #"{"success":false,"error":{"code":"SERVICE_UNAVAILABLE","message":"the gateway cannot store more at the moment; try again later"},"#
            + moment + bench.id(1) + #""}}"#
        #expect(answer == Answer(503, expected, headers: ["Retry-After": "30"]))
        #expect(await bench.send(.post(path, "{", bearer)).status == 400)
        #expect(await bench.send(.get("/api/v1/conversions", "", bearer)).status == 503)
        #expect(bench.handedOn.all.isEmpty)
        bench.store.fail(nil)
        #expect(await bench.send(.post(path, order, bearer)).status == 200)
    }

    @Test func `more requests than the limit at once are sent back`() async throws {
        var settings = Intake.Settings()
        settings.requestsInFlight = 0
        let bench = IntakeBench([try .sample("one", "refcampaign", ["api_key": "key-one"])], settings: settings)
        let answer = await bench.send(.post(path, order, bearer))
        #expect(answer.status == 503)
        #expect(answer.headers == ["Retry-After": "1"])
    }

    @Test func `a source reads one list at a time, so that it does not keep the store from the others`() async throws {
        let store = MemoryIntakeStore(isHeld: true)
        let bench = IntakeBench([try .sample("shop", "refcampaign", ["api_key": "key-one"])], store: store)
        let list = WireRequest.get("/api/v1/conversions", "offset=999999999", ["Authorization": "Bearer key-one"])
        async let first = bench.send(list)
        await store.hasBegun()
        let second = await bench.send(list)
        #expect(second.status == 429)
        #expect(second.headers["Retry-After"] == "1")
        #expect(second.body.contains("another list of this source is being read; ask for one after the other"))
        store.release()
        #expect(await first.status == 200)
        #expect(await bench.send(list).status == 200)
    }
}
