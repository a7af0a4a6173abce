import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// What the console asks: bounded, however much is stored.
    static let console: [Self] = [
        Self(name: "what operators did is kept, newest first") { store async throws in
            #expect(try await store.actions(before: nil, limit: 10).isEmpty)
            let actions = (1...5).map { number in
                OperatorAction(
                    time: StoreSamples.start.advanced(by: .seconds(number)), name: "ann", peer: "203.0.113.7", what: "paused d\(number)")
            }
            for action in actions { try await store.note(action) }
            let first = try await store.actions(before: nil, limit: 3)
            #expect(first.map(\.action) == [actions[4], actions[3], actions[2]])
            let rest = try await store.actions(before: first.last?.number, limit: 3)
            #expect(rest.map(\.action) == [actions[1], actions[0]])
        },
        Self(name: "a search goes back portion by portion, and ids with an index answer at once") { store async throws in
            for number: UInt64 in 1...5 {
                _ = try await store.accept(StoreSamples.submission(number, after: .seconds(Int(number))))
            }
            let order = try #require(SoughtText("order-2"))
            guard case .conversion(let row)? = try await store.findIndexed(order).first?.place else {
                Issue.record("order-2 is not found by its index")
                return
            }
            #expect(row.orderID == "order-2")
            var place: ConversionID? = ConversionID(high: .max, low: .max)
            var portions: [(count: Int, found: Int)] = []
            while let next = place, portions.count < 9 {
                let portion = try await store.find(order, before: next, limit: 2)
                portions.append((portion.count, portion.found.count))
                place = portion.next
            }
            #expect(portions.map(\.count) == [2, 2, 1])
        },
        Self(name: "traffic is counted by its step, source and state, of the newest messages") { store async throws in
            for number: UInt64 in 1...6 {
                _ = try await store.accept(
                    StoreSamples.submission(number, source: number < 3 ? "a" : "b", after: .seconds(Int(number) * 10)))
            }
            let span = RecentTraffic.Span(start: StoreSamples.start.advanced(by: .seconds(20)), step: .seconds(20), count: 3)
            let traffic = try await store.traffic(span, limit: 100)
            #expect(traffic.knownSince == nil)
            #expect(traffic.received(from: "a") == 1)
            #expect(traffic.received(from: "b") == 4)
            #expect(Set(traffic.received.map(\.step)) == [0, 1, 2])
            #expect(traffic.owed(to: "main") { $0 == .pending } == 5)
            let cut = try await store.traffic(span, limit: 2)
            #expect(cut.received.reduce(0) { $0 + $1.count } == 2)
            #expect(cut.knownSince == StoreSamples.start.advanced(by: .seconds(50)))
        },
        Self(name: "deliveries from an id on leave out earlier messages") { store async throws in
            for number: UInt64 in 1...3 {
                _ = try await store.accept(StoreSamples.submission(number, after: .seconds(Int(number))))
                let id = StoreSamples.id(number, at: StoreSamples.start.advanced(by: .seconds(Int(number))))
                try await store.record(StoreSamples.result(DeliveryID(conversion: id, destination: "main"), .dead))
            }
            var filter = DeliveryFilter(state: .dead)
            filter.from = ConversionID.first(at: StoreSamples.start.advanced(by: .seconds(2)))
            #expect(try await store.deliveries(filter).map(\.orderID) == ["order-3", "order-2"])
        },
    ]
}
