import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// What one sender may let the others wait for.
    static let bounds: [Self] = [
        Self(name: "at most 100 corrections wait for one conversion, which takes them all") { store async throws in
            for number: UInt64 in 1...100 { #expect(try await store.correct(StoreSamples.message(number, "s-\(number)")) == .waiting) }
            #expect(try await store.correct(StoreSamples.message(101, "s-101")) == .tooManyWait(.ofKey(100)))
            // One that waits already is no further one.
            let first = StoreSamples.message(1, "s-1").conversion.id
            #expect(try await store.correct(StoreSamples.message(102, "s-1")) == .unchanged(first, note: nil))
            let other = [StoreSamples.key(2)]
            #expect(try await store.correct(StoreSamples.message(103, "s-1", orderID: "order-2", keys: other)) == .waiting)
            #expect(try await store.waiting(ConversionFilter(limit: 1000)).count == 101)

            let sale = StoreSamples.message(200, "approved")
            #expect(try await store.accept(sale) == .stored)
            let history = try await store.history(of: sale.conversion.id)
            #expect(history.map(\.status) == ["s-100"] + (1...100).map { "s-\($0)" })
            #expect(try await store.waiting(ConversionFilter(limit: 1000)).count == 1)
            let next = StoreSamples.message(201, "s-101")
            #expect(try await store.correct(next) == .applied(sale.conversion.id, correction: next.conversion.id))
        },
        Self(name: "the corrections of a source that wait are bounded, and no other source's") { store async throws in
            func correction(_ number: UInt64, source: String = "shop-de", lowest: Int = 3) -> Submission {
                let key = StoreSamples.key(number, .source(source))
                var sent = StoreSamples.message(number, "refunded", orderID: "order-\(number)", keys: [key])
                sent.conversion.source = source
                sent.waiting.perSource = lowest
                return sent
            }
            let results = try await withThrowingTaskGroup(of: CorrectionResult.self) { group in
                for number: UInt64 in 1...10 { group.addTask { try await store.correct(correction(number)) } }
                return try await group.reduce(into: [CorrectionResult]()) { $0.append($1) }
            }
            #expect(results.count { $0 == .waiting } == 3 && results.count { $0 == .tooManyWait(.ofSource(3)) } == 7)
            #expect(try await store.correct(correction(20, source: "shop-at")) == .waiting)
            #expect(try await store.correct(correction(21, lowest: 4)) == .waiting)
            let waiting = try await store.waiting(ConversionFilter(source: "shop-de"))
            #expect(waiting.count == 4)
            // What was refused took no key: its conversion has one like any other.
            let refused = try #require((1...10).first { number in !waiting.contains { $0.orderID == "order-\(number)" } })
            let sale = StoreSamples.message(30, "approved", orderID: "order-\(refused)", keys: [StoreSamples.key(UInt64(refused))])
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).count == 1)
            // A conversion that comes makes room.
            let kept = try #require(waiting.first?.orderID?.dropFirst(6)).description
            let number = try #require(UInt64(kept))
            #expect(
                try await store.accept(StoreSamples.message(31, "approved", orderID: "order-\(number)", keys: [StoreSamples.key(number)]))
                    == .stored)
            #expect(try await store.correct(correction(32, lowest: 4)) == .waiting)
            #expect(try await store.correct(correction(33, lowest: 4)) == .tooManyWait(.ofSource(4)))
        },
        Self(name: "many conversions at once take all that waits for them") { store async throws in
            var sales: [Submission] = []
            for number: UInt64 in 1...12 {
                let keys = [StoreSamples.key(number)]
                for content: UInt64 in 1...30 {
                    let early = StoreSamples.message(
                        number * 1000 + content, "s-\(content)", mark: number, orderID: "order-\(number)", keys: keys)
                    #expect(try await store.correct(early) == .waiting)
                }
                var sale = StoreSamples.message(
                    number, "approved", after: .seconds(60), orderID: "order-\(number)",
                    keys: number < 7 ? keys : [StoreSamples.key(number + 100)]
                )
                if number >= 7 { sale.awaitedKeys = [keys[0]] }
                sales += [sale, sale]
            }
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for sale in sales { group.addTask { try await store.accept(sale) } }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .stored } == 12)
            for sale in sales { #expect(try await store.history(of: sale.conversion.id).count == 31) }
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 12 * 31)])
        },
        Self(name: "a history ends after 1000 corrections with a sentence") { store async throws in
            let first = StoreSamples.message(1, "approved")
            #expect(try await store.accept(first) == .stored)
            for number: UInt64 in 2...1001 { _ = try await store.correct(StoreSamples.message(number, "s-\(number)")) }
            #expect(try await store.history(of: first.conversion.id).count == 1001)
            let full = Failure(
                .invalid,
                "this conversion was corrected 1000 times, and no more corrections of it are kept; it stays as it is, so do not send this again"
            )
            #expect(try await store.correct(StoreSamples.message(1002, "late")) == .refused(full))
            #expect(try await store.accept(StoreSamples.message(1003, "later")) == .refused(full))
            #expect(try await store.accept(StoreSamples.message(1004, "s-7")) == .duplicate(of: first.conversion.id, sameContent: true))
            #expect(try await store.conversions(ConversionFilter()).map(\.status) == ["s-1001"])
            #expect(try await store.history(of: first.conversion.id).count == 1001)
        },
        Self(name: "a destination that was added to any step gets every later correction") { store async throws in
            let first = StoreSamples.message(1, "approved")
            #expect(try await store.accept(first) == .stored)
            let steps = (2...4).map { StoreSamples.message(UInt64($0), "s-\($0)") }
            for step in steps { _ = try await store.correct(step) }
            try await store.addDelivery(DeliveryID(conversion: steps[1].conversion.id, destination: "late"), at: StoreSamples.start)
            try await store.addDelivery(DeliveryID(conversion: first.conversion.id, destination: "first"), at: StoreSamples.start)
            let last = StoreSamples.message(9, "s-9")
            _ = try await store.correct(last)
            let rows = try await store.deliveries(DeliveryFilter(conversion: last.conversion.id))
            #expect(rows.map(\.id.destination) == ["first", "late", "main"])
            #expect(rows.allSatisfy { $0.nextAttempt == nil })
            let late = DeliveryID(conversion: steps[1].conversion.id, destination: "late")
            #expect(try await store.record(StoreSamples.result(late, .delivered)))
            let due = try await store.due("late", at: StoreSamples.start.advanced(by: .seconds(9)), leavingOut: [], limit: 9)
            #expect(due.map(\.id.conversion) == [last.conversion.id])
        },
    ]
}
