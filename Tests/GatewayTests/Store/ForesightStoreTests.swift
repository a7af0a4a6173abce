import FuzzProperties
import Mappings
import Rules
import Testing

@testable import Gateway

/// What a store foresees is what it then answers, and looking ahead changes nothing.
struct ForesightStoreTests {
    @Test(arguments: [3, 5, 8] as [UInt64])
    func `SQLite foresees its own answers`(_ seed: UInt64) async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            try await Self.check(store, seed)
            await store.close()
        }
    }

    @Test(arguments: [3, 5, 8] as [UInt64])
    func `PostgreSQL foresees its own answers`(_ seed: UInt64) async throws {
        try await withPostgres { store, _ in try await Self.check(store, seed) }
    }

    private static func check(_ store: some ConversionStore, _ seed: UInt64) async throws {
        var chance = SeededGenerator(seed: seed)
        var kinds: Set<String> = []
        for number: UInt64 in 1...120 {
            let key = UInt64.random(in: 1...12, using: &chance)
            let status = ["lead", "pending", "approved", "refunded", "absurd", "extra"].randomElement(using: &chance) ?? "lead"
            let policy = [RepeatPolicy.ignore, .update, .add].randomElement(using: &chance) ?? .ignore
            let message = StoreSamples.message(
                number, status, after: .seconds(Int64(number)), policy: policy, orderID: "order-\(key)", keys: [StoreSamples.key(key)])
            let before = try await picture(of: store)
            if Int.random(in: 0..<3, using: &chance) == 0 {
                let foreseen = try await store.foresee(correctionBy: message)
                #expect(try await picture(of: store) == before)
                #expect(try await store.correct(message) == foreseen)
                kinds.insert(String("\(foreseen)".prefix { $0 != "(" }))
            } else {
                let foreseen = try await store.foresee(acceptanceOf: message)
                #expect(try await picture(of: store) == before)
                #expect(try await store.accept(message) == foreseen)
                kinds.insert(String("\(foreseen)".prefix { $0 != "(" }))
            }
        }
        #expect(kinds.isSuperset(of: ["stored", "duplicate", "corrected", "waiting", "applied", "unchanged"]), "\(kinds)")
    }

    /// What anybody can see of a store.
    private static func picture(of store: any ConversionStore) async throws -> [String] {
        var lines: [String] = []
        for row in try await store.conversions(ConversionFilter(limit: 1000)) {
            lines.append("\(row)")
            lines += try await store.history(of: row.id).map { "\($0)" }
            lines += try await store.repeats(of: row.id).map { "\($0)" }
        }
        lines += try await store.waiting(ConversionFilter(limit: 1000)).map { "\($0)" }
        lines += try await store.deliveries(DeliveryFilter(limit: 1000)).map { "\($0)" }
        lines += try await store.counts().map { "\($0)" }
        return lines
    }
}
