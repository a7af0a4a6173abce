import Mappings
import Rules
import Testing

@testable import Gateway

/// Sources that share orders: a message may be about a conversion of another source.
extension ConversionStoreConformance {
    private static let (old, new) = ("shop-de", "shop-new")
    private static let (oldKey, newKey) = (StoreSamples.key(1, .source(old)), StoreSamples.key(1, .source(new)))

    /// As the rules make it of a message that comes through one of the two: its own key first.
    private static func shared(
        _ number: UInt64, _ status: String, from source: String, mark: UInt64 = 0, after: Duration = .zero,
        policy: RepeatPolicy = .ignore, isShared: Bool = true, keys: [DuplicateKey]? = nil
    ) -> Submission {
        let own = source == old ? oldKey : newKey
        var sent = StoreSamples.message(number, status, mark: mark, after: after, policy: policy, keys: keys ?? [own])
        sent.conversion.source = source
        guard isShared else { return sent }
        if keys == nil { sent.keys.append(source == old ? newKey : oldKey) }
        sent.sharedWith = [source == old ? new : old]
        return sent
    }

    static let sharing: [Self] = [
        Self(name: "a correction finds the conversion of a source that shares orders, also one of before they did") { store async throws in
            for isShared in [true, false] {
                let sale = shared(isShared ? 1 : 2, "approved", from: old, isShared: isShared, keys: isShared ? nil : [StoreSamples.key(9)])
                #expect(try await store.accept(sale) == .stored)
                let refund = shared(
                    isShared ? 3 : 4, "refunded", from: new,
                    keys: isShared ? nil : [StoreSamples.key(9, .source(new)), StoreSamples.key(9)])
                #expect(try await store.correct(refund) == .applied(sale.conversion.id, correction: refund.conversion.id))
                let history = try await store.history(of: sale.conversion.id)
                #expect(history.map(\.source) == [old, new] && history.first?.status == "refunded")
                #expect(try await store.deliveries(DeliveryFilter(conversion: refund.conversion.id)).map(\.id.destination) == ["main"])
            }
        },
        Self(name: "a correction finds the order of a source that shares orders, its own source's first") { store async throws in
            #expect(try await store.accept(shared(1, "approved", from: old, isShared: false, keys: [])) == .stored)
            let first = shared(2, "refunded", from: new, keys: [])
            #expect(try await store.correct(first) == .applied(StoreSamples.id(1), correction: first.conversion.id))
            #expect(try await store.accept(shared(3, "approved", from: new, keys: [])) == .stored)
            let second = shared(4, "rejected", from: new, after: .seconds(4), keys: [])
            #expect(try await store.correct(second) == .applied(StoreSamples.id(3), correction: second.conversion.id))
        },
        Self(name: "an order that comes through both sources is one conversion") { store async throws in
            let sale = shared(1, "approved", from: old)
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.accept(shared(2, "approved", from: new)) == .duplicate(of: sale.conversion.id, sameContent: true))
            #expect(try await store.accept(shared(3, "extra", from: new)) == .duplicate(of: sale.conversion.id, sameContent: false))
            let correction = shared(4, "rejected", from: new, policy: .update)
            #expect(try await store.accept(correction) == .corrected(sale.conversion.id, by: correction.conversion.id))
            #expect(
                try await store.accept(shared(5, "approved", from: "shop-at", isShared: false, keys: [newKey]))
                    == .conflict(with: sale.conversion.id))
        },
        Self(name: "corrections of both sources wait, and follow the conversion in the order in which they came") { store async throws in
            let waiting = [
                shared(1, "lead", from: new), shared(2, "extra", from: old, after: .seconds(1)),
                shared(3, "refunded", from: new, after: .seconds(2)),
            ]
            for correction in waiting { #expect(try await store.correct(correction) == .waiting) }
            let sale = shared(4, "approved", from: old, after: .seconds(60))
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).map(\.id) == [sale.conversion.id] + waiting.map(\.conversion.id))
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
            let late = shared(5, "rejected", from: new, after: .seconds(61))
            #expect(try await store.correct(late) == .applied(sale.conversion.id, correction: late.conversion.id))
        },
        Self(name: "a correction of another source waits under a key that the conversion does not take") { store async throws in
            #expect(try await store.correct(shared(1, "refunded", from: new)) == .waiting)
            var sale = shared(2, "approved", from: old, keys: [StoreSamples.key(7)])
            sale.awaitedKeys = [oldKey, newKey]
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).map(\.status) == ["refunded", "refunded"])
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
        },
        Self(name: "a correction that waited while sources shared no orders is applied when it comes again") { store async throws in
            let sale = shared(1, "approved", from: old, isShared: false)
            #expect(try await store.accept(sale) == .stored)
            let alone = shared(2, "refunded", from: new, isShared: false)
            #expect(try await store.correct(alone) == .waiting)
            let status = try await store.status(endedSince: StoreSamples.start, midnight: StoreSamples.start)
            #expect(status.waitingCorrections == 1 && status.misplacedCorrections == 1)
            #expect(try await store.elsewhere(orderID: "order-1", of: new)?.holders == [old])
            #expect(try await store.elsewhere(orderID: "order-1", of: old) == nil)
            let again = shared(2, "refunded", from: new)
            #expect(try await store.correct(again) == .applied(sale.conversion.id, correction: again.conversion.id))
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
            #expect(try await store.correct(again) == .unchanged(sale.conversion.id, note: nil))
        },
        Self(name: "many sales and refunds through both sources at once leave nothing that waits") { store async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number: UInt64 in 1...40 {
                    let keys = [StoreSamples.key(number, .source(old)), StoreSamples.key(number, .source(new))]
                    group.addTask { _ = try await store.accept(shared(number, "approved", from: old, keys: keys)) }
                    group.addTask { _ = try await store.accept(shared(100 + number, "approved", from: new, keys: keys.reversed())) }
                    group.addTask { _ = try await store.correct(shared(200 + number, "refunded", from: new, keys: keys.reversed())) }
                }
                try await group.waitForAll()
            }
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
            let rows = try await store.conversions(ConversionFilter(limit: 100))
            #expect(rows.count == 40 && rows.allSatisfy { $0.status == "refunded" })
        },
    ]
}
