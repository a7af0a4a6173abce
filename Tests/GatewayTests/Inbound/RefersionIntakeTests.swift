import Mappings
import Rules
import Testing

@testable import Gateway

struct RefersionIntakeTests {
    private let path = "/tracker/orders/paid"
    private let keys = ["Refersion-Public-Key": "pub-1", "Refersion-Secret-Key": "sec-1"]
    private let order =
        #"{"cart_id":"c","order_id":"o-1","currency_code":"USD","items":[{"sku":"A","price":5.50,"quantity":2}]}"#

    @Test func `both keys must be right`() async throws {
        let bench = IntakeBench([
            try .sample("one", "refersion", ["public_key": "pub-1", "secret_key": "sec-1"]),
            try .sample("two", "refersion", ["public_key": "pub-2", "secret_key": "sec-2"]),
        ])
        #expect(await bench.send(.post(path, order, keys)) == Answer(200, #"{"success":true,"conversion_id":"\#(bench.id(1))"}"#))
        #expect(
            await bench.send(.post(path, order, keys))
                == Answer(200, #"{"success":true,"conversion_id":"\#(bench.id(1))","message":"Order already reported"}"#))
        let invalid = Answer(401, #"{"error":"Invalid Refersion-Public-Key or Refersion-Secret-Key"}"#)
        #expect(await bench.send(.post(path, order, ["Refersion-Public-Key": "pub-1", "Refersion-Secret-Key": "sec-2"])) == invalid)
        #expect(await bench.send(.post(path, order, ["Refersion-Public-Key": "pub-1"])) == invalid)
        #expect(await bench.send(.post(path, order, ["Refersion-Secret-Key": "sec-1"])) == invalid)
        #expect(await bench.send(.post(path, "{", ["Refersion-Secret-Key": "sec-1"])) == invalid)
        #expect(bench.store.refused.allSatisfy { $0.request.headers.map(\.name) == ["Content-Type"] })
    }

    @Test func `a source's own rule goes before the tracker's`() async throws {
        let rule = DuplicateRule(alternatives: [.init(parts: [.init(path: .field(.cartID))], within: .seconds(60))])
        let bench = IntakeBench([try .sample("one", "refersion", ["public_key": "pub-1", "secret_key": "sec-1"], duplicates: rule)])
        _ = await bench.send(.post(path, order, keys))
        #expect(await bench.send(.post(path, order.replacing("o-1", with: "o-2"), keys)).body.contains(bench.id(1)))
        bench.time.pass(.seconds(60))
        #expect(await bench.send(.post(path, order, keys)).status == 200)
        #expect(bench.store.submissions.count == 2)
    }

    @Test func `routes decide which destinations it is sent to`() async throws {
        let routes = [
            Route(sources: ["other"], destinations: ["x"], condition: nil, assignments: []),
            Route(sources: nil, destinations: ["main", "voluum"], condition: nil, assignments: []),
        ]
        let bench = IntakeBench([try .sample("one", "refersion", ["public_key": "pub-1", "secret_key": "sec-1"])], routes: routes)
        _ = await bench.send(.post(path, order, keys))
        #expect(bench.store.submissions.map(\.destinations) == [["main", "voluum"]])
        #expect(bench.handedOn.all.map(\.destinations) == [["main", "voluum"]])
    }
}
