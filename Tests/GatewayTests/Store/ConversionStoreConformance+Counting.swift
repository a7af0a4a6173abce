import Mappings
import Rules
import Testing

@testable import Gateway

/// Refunds as totals, by the rule that serves, and messages that are only counted.
extension ConversionStoreConformance {
    private static let rule = CorrectionRule(adding: false, routes: [])

    private static func sale(_ number: UInt64, _ key: DuplicateKey) throws -> Submission {
        var sent = StoreSamples.submission(number, keys: [key])
        var sale = Conversion(id: sent.conversion.id, source: "shop-de", tracker: "acme", receivedAt: sent.conversion.receivedAt)
        sale[.currency] = .text("EUR")
        sale[.amount] = .number(try ExactDecimal(parsing: "50.00"))
        sent.conversion.document = sale.document()
        sent.rule = rule
        return sent
    }

    /// - Parameter mark: what else distinguishes the message from another with the same total.
    private static func total(_ number: UInt64, _ cents: Int64, _ key: DuplicateKey, mark: UInt64 = 0) -> Submission {
        var sent = StoreSamples.submission(number, keys: [key], destinations: [])
        sent.conversion.document = Correction(status: "refunded", refunded: .minor(ExactDecimal(cents), .iso)).document()
        sent.content = StoreSamples.digest(UInt64(cents) &* 1000 &+ mark)
        sent.rule = rule
        return sent
    }

    private static func refunds(_ store: any ConversionStore, of root: ConversionID) async throws -> [String] {
        try await store.history(of: root).dropFirst().map { row in
            let step = try Conversion(document: row.document)
            return "\(step.exampleText("refund") ?? "-") of \(step.exampleText("refunded") ?? "-")"
        }
    }

    static let counting: [Self] = [
        Self(name: "of refunded totals only the new part is a step, in any order and however often they come") { store async throws in
            let key = StoreSamples.key(1)
            let first = try sale(1, key)
            #expect(try await store.accept(first) == .stored)
            let (five, twelve) = (total(2, 500, key), total(3, 1200, key))
            #expect(try await store.correct(five) == .applied(first.conversion.id, correction: five.conversion.id))
            #expect(try await store.correct(twelve) == .applied(first.conversion.id, correction: twelve.conversion.id))
            #expect(try await store.correct(total(4, 1200, key)) == .unchanged(first.conversion.id, note: nil), "the same message")
            for (number, cents) in [(5, 1200), (6, 800)] as [(UInt64, Int64)] {
                let note = "EUR 12.00 went back already, so a total of EUR \(cents / 100).00 is nothing new"
                #expect(try await store.correct(total(number, cents, key, mark: 1)) == .unchanged(first.conversion.id, note: note))
            }
            #expect(try await refunds(store, of: first.conversion.id) == ["EUR 5.00 of EUR 5.00", "EUR 7.00 of EUR 12.00"])
        },
        Self(name: "totals that came before their sale come to the same steps") { store async throws in
            let key = StoreSamples.key(2)
            for (number, cents) in [(2, 500), (3, 1200), (4, 800)] as [(UInt64, Int64)] {
                #expect(try await store.correct(total(number, cents, key)) == .waiting)
            }
            let first = try sale(9, key)
            #expect(try await store.accept(first) == .stored)
            #expect(try await refunds(store, of: first.conversion.id) == ["EUR 5.00 of EUR 5.00", "EUR 7.00 of EUR 12.00"])
            #expect(
                try await store.repeats(of: first.conversion.id).compactMap(\.note) == [
                    "EUR 12.00 went back already, so a total of EUR 8.00 is nothing new"
                ])
        },
        Self(name: "ignored messages are counted by source and day, and forgotten after some days") { store async throws in
            let midnight = Timestamp(seconds: StoreSamples.start.quarter * 900)
            func count(_ source: String, _ seconds: Int64) async throws {
                let time = Timestamp(seconds: midnight.seconds + seconds)
                try await store.count(IgnoredMessage(source: source, receivedAt: time))
            }
            try await count("shop-de", -9 * 86_400)
            try await count("shop-de", -1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for second: Int64 in 0..<50 { group.addTask { try await count("shop-de", second * 60) } }
                group.addTask { try await count("shop-at", 7) }
                try await group.waitForAll()
            }
            func sources(since time: Timestamp) async throws -> [String] {
                try await store.status(endedSince: time, midnight: time).sources.map {
                    "\($0.source) \($0.ignored) \($0.last.seconds - midnight.seconds)"
                }
            }
            #expect(try await sources(since: midnight) == ["shop-at 1 7", "shop-de 50 2940"])
            #expect(try await sources(since: Timestamp(seconds: midnight.seconds - 30 * 86_400)) == ["shop-at 1 7", "shop-de 51 2940"])
        },
    ]
}
