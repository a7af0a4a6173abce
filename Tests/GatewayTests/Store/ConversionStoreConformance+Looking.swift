import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// What people ask a store.
    static let looking: [Self] = [
        Self(name: "lists filter by when a conversion occurred, or was received if it does not say") { store async throws in
            let times = ["2025-11-20T09:30:00Z", "2025-11-20T09:30:00.500Z", "2025-11-20T09:30:01Z", nil]
            for (index, time) in times.enumerated() {
                var sent = StoreSamples.submission(UInt64(index + 1), after: .seconds(index))
                // A text that PostgreSQL's JSON refuses, and a member of the same name further down.
                let odd = #""extra":{"a":"\u0000\\u0000","occurred_at":"1999-01-01T00:00:00Z"}"#
                sent.conversion.document = Array("{\(time.map { #""occurred_at":"\#($0)","# } ?? "")\(odd)}".utf8)
                _ = try await store.accept(sent)
            }
            func orders(_ since: Timestamp?, _ until: Timestamp?) async throws -> [String?] {
                let conversions = try await store.conversions(
                    ConversionFilter(since: since, until: until, byOccurrence: true, ascending: true)
                ).map(\.orderID)
                let deliveries = try await store.deliveries(
                    DeliveryFilter(since: since, until: until, byOccurrence: true, ascending: true)
                ).map(\.orderID)
                #expect(conversions == deliveries)
                return conversions
            }
            let half = Timestamp(iso8601: "2025-11-20T09:30:00Z")
            let next = Timestamp(iso8601: "2025-11-20T09:30:01Z")
            #expect(try await orders(half, next) == ["order-1", "order-2"])
            #expect(try await orders(next, nil) == ["order-3"])
            #expect(try await orders(nil, half) == ["order-4"])
            #expect(try await orders(StoreSamples.start, half) == ["order-4"])
            #expect(try await orders(StoreSamples.start.advanced(by: .seconds(4)), half).isEmpty)
        }
    ]
}
