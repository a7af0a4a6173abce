import Mappings
import Rules
import Testing

@testable import Gateway

/// What becomes of a sender with very long ids, and of the others.
struct LongIdentifierTests {
    private static let path = "/tracker/orders/paid"

    private static func order(_ id: String, _ key: String) -> WireRequest {
        let body = #"{"cart_id":"cart-1","order_id":"\#(id)","currency_code":"USD","items":[{"sku":"a","price":5,"quantity":1}]}"#
        return .post(path, body, ["Refersion-Public-Key": "pub_\(key)", "Refersion-Secret-Key": "sec_\(key)"])
    }

    private static func source(_ name: String) throws -> SourceConfiguration {
        try .sample(name, "refersion", ["public_key": "pub_\(name)", "secret_key": "sec_\(name)"])
    }

    @Test func `an order id of 3,000 characters is refused as the tracker refuses a value, and kept`() async throws {
        let bench = IntakeBench([try Self.source("one")])
        let answer = await bench.send(Self.order(String(repeating: "7", count: 3000), "one"))
        #expect(answer.status == 400)
        #expect(bench.store.refused.map(\.reason) == ["order_id has 3000 characters; at most 255 are allowed"])
        #expect(await bench.send(Self.order(String(repeating: "7", count: 255), "one")).status == 200)
    }

    @Test func `two senders, one with long ids: the other notices nothing and the gateway stays ready`() async throws {
        try await withPostgres { store, _ in
            let bench = IntakeBench([try Self.source("good"), try Self.source("bad")], store: store)
            let statuses = await withTaskGroup(of: (isGood: Bool, status: Int).self) { group in
                for number in 1...200 {
                    group.addTask { (true, await bench.send(Self.order("order-\(number)", "good")).status) }
                    let long = String(repeating: "\(number)-", count: 3000)
                    group.addTask { (false, await bench.send(Self.order(String(long.prefix(3000)), "bad")).status) }
                }
                return await group.reduce(into: [(isGood: Bool, status: Int)]()) { $0.append($1) }
            }
            #expect(statuses.filter(\.isGood).allSatisfy { $0.status == 200 })
            #expect(statuses.filter { !$0.isGood }.allSatisfy { $0.status == 400 })
            #expect(await bench.send(.get("/readyz")).status == 200)
            #expect(try await store.conversions(ConversionFilter(limit: 1000)).count == 200)
            #expect(try await !store.refused(RefusedFilter()).isEmpty)
        }
    }

    @Test func `a row that the store does not take is its sender's fault: kept as refused, and the gateway stays ready`() async throws {
        let bench = IntakeBench([try Self.source("one")], store: PickyStore())
        let answer = await bench.send(Self.order("bad", "one"))
        #expect(answer.status == 400)
        #expect(answer.headers["Retry-After"] == nil)
        #expect(answer.body.contains("the gateway cannot store this request: a value in it is too long, or of no use to the database"))
        #expect(await bench.send(.get("/readyz")) == Answer(200, #"{"status":"ok"}"#))
        #expect(await bench.send(Self.order("good", "one")).status == 200)
    }

    /// Takes every order but `bad`.
    private final class PickyStore: IntakeStore {
        private let inner = MemoryIntakeStore()

        func accept(_ submission: Submission) async throws(StoreError) -> Acceptance {
            if submission.conversion.orderID == "bad" { throw StoreError(.unstorable, "index row size 3016 exceeds 2704") }
            return try await inner.accept(submission)
        }
        func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult { try await inner.correct(submission) }
        func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64? { try await inner.keep(refused) }
        func count(_ ignored: IgnoredMessage) async throws(StoreError) { try await inner.count(ignored) }
        func checkWritable() async throws(StoreError) { try await inner.checkWritable() }
        func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] { try await inner.conversions(filter) }
    }
}
