import Mappings
import Rules
import Testing

@testable import Gateway

/// What every store must do, whatever database is behind it. Each check gets a store that is empty.
struct ConversionStoreConformance: Sendable {
    typealias Check = @Sendable (any ConversionStore) async throws -> Void

    let name: String
    let check: Check

    /// Small enough that the checks of the refused keep stay quick; a factory must open its store with these.
    static let refusedLimits = RefusedLimits(count: 5, bytes: 4000, strangerCount: 3, strangerBytes: 1000)

    static let all: [Self] =
        intake + keys + repeats + delivering + refusals + lists + looking + histories + counting + sharing + signatures + requestIDs + order
        + ending + lines + console
}

extension ConversionStoreConformance: CustomTestStringConvertible {
    var testDescription: String { name }
}

extension ConversionStoreConformance {
    static let intake: [Self] = [
        Self(name: "a stored conversion can be read back whole") { store async throws in
            let sent = StoreSamples.submission(1, keys: [StoreSamples.key(1)], destinations: ["main", "voluum"])
            #expect(try await store.accept(sent) == .stored)
            #expect(try await store.conversion(sent.conversion.id) == sent.conversion)
            #expect(try await store.request(of: sent.conversion.id) == sent.request)
            let deliveries = try await store.deliveries(DeliveryFilter())
            #expect(deliveries.map(\.id.destination) == ["main", "voluum"])
            #expect(deliveries.allSatisfy { $0.state == .pending && $0.attempts == 0 && $0.source == "shop-de" && $0.orderID == "order-1" })
            #expect(deliveries.allSatisfy { $0.nextAttempt == StoreSamples.start && $0.createdAt == StoreSamples.start })
        },
        Self(name: "absent fields stay absent and empty ones empty") { store async throws in
            let sent = StoreSamples.bareSubmission()
            #expect(try await store.accept(sent) == .stored)
            #expect(try await store.conversion(sent.conversion.id) == sent.conversion)
            #expect(try await store.request(of: sent.conversion.id) == sent.request)
            #expect(try await store.deliveries(DeliveryFilter()).isEmpty)
        },
        Self(name: "an unknown id is nil and its lists are empty") { store async throws in
            let id = StoreSamples.id(404)
            #expect(try await store.conversion(id) == nil)
            #expect(try await store.request(of: id) == nil)
            #expect(try await store.repeats(of: id).isEmpty)
            #expect(try await store.attempts(of: DeliveryID(conversion: id, destination: "main")).isEmpty)
        },
        Self(name: "a store that owes nothing has no counts") { store async throws in
            #expect(try await store.nextDue().isEmpty)
            #expect(try await store.counts().isEmpty)
            #expect(try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 10).isEmpty)
            try await store.checkWritable()
        },
        Self(name: "the same id again is a duplicate of itself") { store async throws in
            let sent = StoreSamples.submission(1)
            #expect(try await store.accept(sent) == .stored)
            #expect(try await store.accept(sent) == .duplicate(of: sent.conversion.id, sameContent: true))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        },
        Self(name: "the same id again keeps its key") { store async throws in
            for policy in [RepeatPolicy.ignore, .update] {
                let key = StoreSamples.key(policy == .ignore ? 1 : 2)
                var sent = StoreSamples.submission(policy == .ignore ? 1 : 2, keys: [key])
                sent.repeats = policy
                #expect(try await store.accept(sent) == .stored)
                #expect(try await store.accept(sent) == .duplicate(of: sent.conversion.id, sameContent: true))
                let next = StoreSamples.submission(policy == .ignore ? 3 : 4, keys: [key])
                #expect(try await store.accept(next) == .duplicate(of: sent.conversion.id, sameContent: true))
                #expect(try await store.history(of: sent.conversion.id).count == 1)
            }
        },
        Self(name: "a destination named twice is owed once") { store async throws in
            #expect(try await store.accept(StoreSamples.submission(1, destinations: ["main", "main"])) == .stored)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        },
    ]

    static let keys: [Self] = [
        Self(name: "200 equal submissions at once store exactly one") { store async throws in
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number in 1...200 {
                    group.addTask { try await store.accept(StoreSamples.submission(UInt64(number), keys: [StoreSamples.key(7)])) }
                }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .stored } == 1)
            let stored = try await store.conversions(ConversionFilter())
            #expect(stored.count == 1)
            guard let first = stored.first else { return }
            #expect(outcomes.count { $0 == .duplicate(of: first.id, sameContent: true) } == 199)
            #expect(try await store.repeats(of: first.id).map(\.count) == [199])
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        },
        Self(name: "a key holds within its source only") { store async throws in
            let digest = StoreSamples.key(1)
            #expect(try await store.accept(StoreSamples.submission(1, keys: [digest])) == .stored)
            let other = StoreSamples.submission(2, source: "shop-at", keys: [StoreSamples.key(1, .source("shop-at"))])
            #expect(try await store.accept(other) == .stored)
        },
        Self(name: "a source and a tracker of one name do not share keys") { store async throws in
            let first = StoreSamples.submission(1, source: "acme", keys: [StoreSamples.key(1, .source("acme"))])
            #expect(try await store.accept(first) == .stored)
            let other = StoreSamples.submission(2, tracker: "acme", keys: [StoreSamples.key(1, .tracker("acme"))])
            #expect(try await store.accept(other) == .stored)
        },
        Self(name: "without keys everything is new") { store async throws in
            for number in 1...3 { #expect(try await store.accept(StoreSamples.submission(UInt64(number))) == .stored) }
        },
        Self(name: "a key holds until its lifetime has passed") { store async throws in
            let keys = [StoreSamples.key(1, lifetime: .seconds(600))]
            let first = StoreSamples.submission(1, keys: keys)
            #expect(try await store.accept(first) == .stored)
            let within = StoreSamples.submission(2, after: .milliseconds(599_999), keys: keys)
            #expect(try await store.accept(within) == .duplicate(of: first.conversion.id, sameContent: true))
            let after = StoreSamples.submission(3, after: .seconds(600), keys: keys)
            #expect(try await store.accept(after) == .stored)
            let later = StoreSamples.submission(4, after: .seconds(1000), keys: keys)
            #expect(try await store.accept(later) == .duplicate(of: after.conversion.id, sameContent: true))
        },
        Self(name: "a clock that went back finds the key still held") { store async throws in
            let keys = [StoreSamples.key(1, lifetime: .seconds(600))]
            let first = StoreSamples.submission(1, keys: keys)
            #expect(try await store.accept(first) == .stored)
            let early = StoreSamples.submission(2, after: .seconds(-86_400), keys: keys)
            #expect(try await store.accept(early) == .duplicate(of: first.conversion.id, sameContent: true))
        },
        Self(name: "one of several keys is enough and the oldest holder is named") { store async throws in
            let first = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
            let second = StoreSamples.submission(2, keys: [StoreSamples.key(2)])
            #expect(try await store.accept(second) == .stored)
            #expect(try await store.accept(first) == .stored)
            let both = StoreSamples.submission(3, keys: [StoreSamples.key(3), StoreSamples.key(2), StoreSamples.key(1)])
            #expect(try await store.accept(both) == .duplicate(of: first.conversion.id, sameContent: true))
            // The duplicate's own key was not taken.
            #expect(try await store.accept(StoreSamples.submission(4, keys: [StoreSamples.key(3)])) == .stored)
        },
        Self(name: "a shared key of another source is a conflict") { store async throws in
            let shared = StoreSamples.key(1, .tracker("refcampaign"))
            let first = StoreSamples.submission(1, keys: [shared])
            #expect(try await store.accept(first) == .stored)
            let same = StoreSamples.submission(2, keys: [shared])
            #expect(try await store.accept(same) == .duplicate(of: first.conversion.id, sameContent: true))
            let other = StoreSamples.submission(3, source: "shop-at", keys: [shared])
            #expect(try await store.accept(other) == .conflict(with: first.conversion.id))
            #expect(try await store.conversions(ConversionFilter()).count == 1)
            #expect(try await store.repeats(of: first.conversion.id).map(\.count) == [1])
        },
    ]

    static let repeats: [Self] = [
        Self(name: "equal repeats are counted and others kept whole") { store async throws in
            let keys = [StoreSamples.key(1)]
            let first = StoreSamples.submission(1, keys: keys)
            #expect(try await store.accept(first) == .stored)
            for second in 1...3 {
                let again = StoreSamples.submission(UInt64(second + 1), after: .seconds(second), keys: keys)
                #expect(try await store.accept(again) == .duplicate(of: first.conversion.id, sameContent: true))
            }
            let other = StoreSamples.submission(9, after: .seconds(9), keys: keys, content: 2)
            for _ in 1...2 { #expect(try await store.accept(other) == .duplicate(of: first.conversion.id, sameContent: false)) }
            let repeats = try await store.repeats(of: first.conversion.id)
            let equal = RepeatRow(receivedAt: StoreSamples.start.advanced(by: .seconds(3)), sameContent: true, count: 3)
            let kept = RepeatRow(
                receivedAt: StoreSamples.start.advanced(by: .seconds(9)),
                sameContent: false,
                count: 2,
                document: other.conversion.document,
                request: other.request
            )
            #expect(repeats == [equal, kept])
        },
        Self(name: "at most 100 other repeats are kept whole") { store async throws in
            let keys = [StoreSamples.key(1)]
            let first = StoreSamples.submission(1, keys: keys)
            #expect(try await store.accept(first) == .stored)
            for number: UInt64 in 2...106 {
                let other = StoreSamples.submission(number, keys: keys, content: number)
                #expect(try await store.accept(other) == .duplicate(of: first.conversion.id, sameContent: false))
            }
            let repeats = try await store.repeats(of: first.conversion.id)
            #expect(repeats.count == 101)
            #expect(repeats.prefix(100).allSatisfy { $0.document != nil && $0.request != nil && $0.count == 1 })
            #expect(repeats.last == RepeatRow(receivedAt: StoreSamples.start, sameContent: false, count: 5))
            #expect(try await store.conversions(ConversionFilter(withRepeats: true)).map(\.id) == [first.conversion.id])
        },
    ]
}
