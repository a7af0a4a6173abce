import FuzzProperties
import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// Around the limits of PostgreSQL's index rows and pages, and far beyond.
    private static let lengths = [1, 2, 255, 256, 1020, 2704, 2705, 2712, 4096, 8160, 8192, 20_000, 65_536, 70_000]

    /// However long an identifier is, the store takes it whole or refuses it alone.
    static let sizes: [Self] = [
        Self(name: "identifiers of 1 to 70,000 bytes are found again or refused alone, and harm nobody") { store async throws in
            let long = lengths.enumerated().map { index, length in submission(UInt64(index + 1), length: length) }
            let usual = (1...40).map { StoreSamples.submission(UInt64(1000 + $0), keys: [StoreSamples.key(UInt64(1000 + $0))]) }
            let failures = await failures(of: long + usual, store)
            #expect(failures.values.allSatisfy { $0.kind == .unstorable }, "\(failures)")
            #expect(usual.allSatisfy { failures[$0.conversion.id] == nil })
            for sent in long + usual where failures[sent.conversion.id] == nil {
                #expect(try await store.conversion(sent.conversion.id) == sent.conversion)
                #expect(try await found(sent.conversion.orderID, store) == [sent.conversion.id])
            }
            try await store.checkWritable()
        },
        Self(name: "order ids that differ only at their end stay two") { store async throws in
            let sent = (1...3).map { number in
                var sent = StoreSamples.submission(UInt64(number))
                sent.conversion.orderID = String(repeating: "ü", count: 2000) + "\(number)"
                return sent
            }
            for one in sent { #expect(try await store.accept(one) == .stored) }
            for one in sent { #expect(try await found(one.conversion.orderID, store) == [one.conversion.id]) }
            #expect(try await found(String(repeating: "ü", count: 2000), store).isEmpty)
        },
        Self(name: "a correction with a long order id waits, and is applied by it") { store async throws in
            let orderID = text(of: 20_000, seed: 5)
            var filter = ConversionFilter()
            filter.orderID = orderID
            let refund = StoreSamples.message(2, "refunded", orderID: orderID)
            #expect(try await store.correct(refund) == .waiting)
            #expect(try await store.waiting(filter).map(\.id) == [refund.conversion.id])
            var sale = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
            sale.conversion.orderID = orderID
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.waiting(filter).isEmpty)
            let rejected = StoreSamples.message(3, "rejected", after: .seconds(5), orderID: orderID, keys: [])
            #expect(try await store.correct(rejected) == .applied(sale.conversion.id, correction: rejected.conversion.id))
        },
    ]

    /// A hundred submissions at once, of which the 50th has identifiers of `length` bytes. All others must be stored.
    static func sendAHundred(oneOf length: Int, to store: any ConversionStore) async throws -> [StoreError] {
        let sent = (1...100).map { number in
            number == 50
                ? submission(UInt64(number), length: length)
                : StoreSamples.submission(UInt64(number), keys: [StoreSamples.key(UInt64(number))], destinations: ["d\(number)"])
        }
        let failures = await self.failures(of: sent, store)
        #expect(Set(failures.keys).isSubset(of: [sent[49].conversion.id]), "\(failures)")
        let stored = try await store.conversions(ConversionFilter(limit: 1000)).map(\.id)
        #expect(Set(stored) == Set(sent.map(\.conversion.id)).subtracting(failures.keys))
        return Array(failures.values)
    }

    private static func submission(_ number: UInt64, length: Int) -> Submission {
        var sent = StoreSamples.submission(number, keys: [StoreSamples.key(number)], destinations: ["d\(number)"])
        sent.conversion.orderID = text(of: length, seed: number)
        sent.conversion.clickID = text(of: length, seed: number &+ 500)
        return sent
    }

    /// Printable and random, so that no database makes it much shorter.
    private static func text(of length: Int, seed: UInt64) -> String {
        var random = SeededGenerator(seed: seed)
        return String(decoding: (0..<length).map { _ in UInt8(0x21 + random.next() % 94) }, as: UTF8.self)
    }

    private static func failures(of sent: [Submission], _ store: any ConversionStore) async -> [ConversionID: StoreError] {
        await withTaskGroup(of: (ConversionID, StoreError?).self) { group in
            for one in sent {
                group.addTask {
                    do throws(StoreError) {
                        #expect(try await store.accept(one) == .stored)
                        return (one.conversion.id, nil)
                    } catch {
                        return (one.conversion.id, error)
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private static func found(_ orderID: String?, _ store: any ConversionStore) async throws -> [ConversionID] {
        var filter = ConversionFilter()
        filter.orderID = orderID
        return try await store.conversions(filter).map(\.id)
    }
}
