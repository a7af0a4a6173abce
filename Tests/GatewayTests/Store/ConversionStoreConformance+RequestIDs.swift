import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// A proxy's second try of a request.
    static let requestIDs: [Self] = [
        Self(name: "a second try is the same request, and nothing is kept of it") { store async throws in
            let first = StoreSamples.submission(1).named(91)
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.submission(2, after: .seconds(5)).named(91)
            for _ in 0..<2 { #expect(try await store.accept(second) == .secondTry(of: first.conversion.id)) }
            #expect(try await store.conversions(ConversionFilter()).map(\.id) == [first.conversion.id])
            #expect(try await store.repeats(of: first.conversion.id).isEmpty)
            #expect(try await store.deliveries(DeliveryFilter()).count == 1)
        },
        Self(name: "a second try is known under its order's key too, and a repeat under another name is a repeat") { store async throws in
            let first = StoreSamples.submission(1, keys: [StoreSamples.key(1)]).named(91)
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.submission(2, after: .seconds(5), keys: [StoreSamples.key(1)])
            #expect(try await store.accept(second.named(91)) == .secondTry(of: first.conversion.id))
            #expect(try await store.accept(second.named(92)) == .duplicate(of: first.conversion.id, sameContent: true))
            // The name of a repeat is its own, and nobody holds it afterwards.
            let other = StoreSamples.submission(3, after: .seconds(6), keys: [StoreSamples.key(2)]).named(92)
            #expect(try await store.accept(other) == .stored)
        },
        Self(name: "a second try is known as long as its name counts, and stored after that") { store async throws in
            let first = StoreSamples.submission(1).named(91)
            #expect(try await store.accept(first) == .stored)
            let late = StoreSamples.submission(2, after: .seconds(3601)).named(91)
            #expect(try await store.accept(late) == .stored)
            #expect(try await store.conversions(ConversionFilter()).count == 2)
        },
        Self(name: "the same name at another source is another request") { store async throws in
            #expect(try await store.accept(StoreSamples.submission(1).named(91)) == .stored)
            #expect(try await store.accept(StoreSamples.submission(2, source: "shop-at").named(91)) == .stored)
        },
        Self(name: "a second try corrects nothing a second time") { store async throws in
            let first = StoreSamples.message(1, "pending").named(91)
            #expect(try await store.accept(first) == .stored)
            let correction = StoreSamples.message(2, "approved").named(92)
            #expect(try await store.accept(correction) == .corrected(first.conversion.id, by: correction.conversion.id))
            #expect(try await store.accept(StoreSamples.message(3, "pending").named(91)) == .secondTry(of: first.conversion.id))
            #expect(
                try await store.accept(StoreSamples.message(4, "approved").named(92))
                    == .duplicate(of: first.conversion.id, sameContent: true))
            #expect(try await store.history(of: first.conversion.id).count == 2)
        },
        Self(name: "of many tries at once one is stored") { store async throws in
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number: UInt64 in 1...40 { group.addTask { try await store.accept(StoreSamples.submission(number).named(91)) } }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .stored } == 1)
            #expect(outcomes.count { if case .secondTry = $0 { true } else { false } } == 39)
            #expect(try await store.conversions(ConversionFilter()).count == 1)
        },
    ]
}

extension Submission {
    /// The same as a trusted proxy names it.
    fileprivate func named(_ number: UInt64) -> Submission {
        var named = self
        let key = StoreSamples.key(number, .source(conversion.source), lifetime: .seconds(3600))
        named.requestID = key
        named.keys.append(key)
        return named
    }
}
