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
        },
        Self(name: "a count is the length of its list without a page") { store async throws in
            for number: UInt64 in 1...7 {
                _ = try await store.accept(StoreSamples.submission(number, source: number < 3 ? "a" : "b", after: .seconds(Int(number))))
            }
            try await store.record(
                StoreSamples.result(
                    DeliveryID(conversion: StoreSamples.id(2, at: StoreSamples.start.advanced(by: .seconds(2))), destination: "main"), .dead
                ))
            let since = StoreSamples.start.advanced(by: .seconds(2))
            let conversions = [
                ConversionFilter(limit: 2), ConversionFilter(source: "b", limit: 1), ConversionFilter(state: .dead),
                ConversionFilter(orderID: "order-3"), ConversionFilter(since: since, byOccurrence: true, limit: 1),
                ConversionFilter(withRepeats: true),
            ]
            for filter in conversions {
                var whole = filter
                whole.limit = 1000
                #expect(try await store.count(filter) == store.conversions(whole).count)
            }
            for filter in [
                DeliveryFilter(limit: 2), DeliveryFilter(failed: true), DeliveryFilter(source: "a"), DeliveryFilter(since: since),
            ] {
                var whole = filter
                whole.limit = 1000
                #expect(try await store.count(filter) == store.deliveries(whole).count)
            }
            #expect(try await store.count(RefusedFilter()) == 0)
        },
        Self(name: "sums read every conversion once, beyond a page, with its deliveries") { store async throws in
            for number: UInt64 in 1...2100 {
                var sent = StoreSamples.submission(number, destinations: number % 2 == 0 ? ["main", "copy"] : [])
                sent.conversion.amount = "0.01"
                if number == 7 { sent.conversion.amount = nil }
                _ = try await store.accept(sent)
            }
            let all = try #require(try await store.summed(ConversionFilter(), into: Sums(by: [.destination]) { $0.day }))
            #expect(
                all.rows.map { "\($0.values) \($0.figures.all.count) \($0.figures.all.amount) \($0.figures.pending.count)" } == [
                    #"["", "EUR"] 1050 10.49 0"#, #"["copy", "EUR"] 1050 10.5 1050"#, #"["main", "EUR"] 1050 10.5 1050"#,
                ])
            let one = try #require(
                try await store.summed(
                    ConversionFilter(orderID: "order-2", byOccurrence: true), into: Sums(by: [.day, .source]) { $0.day }))
            #expect(one.rows.map(\.values) == [[StoreSamples.start.day, "shop-de", "EUR"]])
        },
        Self(name: "a text is found in ids, in documents, in repeats, and in what was refused") { store async throws in
            let first = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
            _ = try await store.accept(first)
            var other = StoreSamples.submission(2, keys: [StoreSamples.key(1)], content: 2)
            other.conversion.document = Array(#"{"extra":{"note":"again"}}"#.utf8)
            #expect(try await store.accept(other) == .duplicate(of: first.conversion.id, sameContent: false))
            var third = StoreSamples.submission(3)
            third.conversion.document = Array(#"{"customer":{"email":"ann@example.com"}}"#.utf8)
            _ = try await store.accept(third)
            var result = StoreSamples.result(DeliveryID(conversion: third.conversion.id, destination: "main"), .delivered)
            result.remoteID = "T-1"
            try await store.record(result)
            func found(_ text: String, everywhere: Bool = false) async throws -> [String] {
                try await store.find(try #require(SoughtText(text)), everywhere: everywhere).found.map { found in
                    switch found.place {
                    case .conversion(let row): "\(row.orderID ?? ""): \(found.matched.joined(separator: ", "))"
                    case .waiting: "waiting"
                    case .refused(let row): "refused \(row.id)"
                    }
                }
            }
            #expect(try await found("order-1") == ["order-1: order_id"])
            #expect(try await found("click-3") == ["order-3: click_id"])
            #expect(try await found("T-1") == ["order-3: main's id for it"])
            #expect(try await found(first.conversion.id.description) == ["order-1: id"])
            #expect(try await found("\(first.conversion.id):main") == ["order-1: id"])
            #expect(try await found("ANN@example.com") == ["order-3: customer.email"])
            #expect(try await found("again") == ["order-1: a repeat's extra.note"])
            #expect(try await found("order-1", everywhere: true) == ["order-1: order_id"])
            #expect(try await found("nothing").isEmpty)
            let report = try await store.find(try #require(SoughtText("nothing")), everywhere: false)
            #expect(
                report.searched.map(\.text).prefix(3) == [
                    "2 conversions and corrections", "0 waiting corrections", "0 refused requests",
                ])
            #expect(report.searched.first?.since == StoreSamples.start)
            #expect(report.readAllTexts)
        },
        Self(name: "the status says what waits and its worth, what ended, the last answers and the sources") { store async throws in
            for number: UInt64 in 1...4 {
                var sent = StoreSamples.submission(
                    number, source: number == 4 ? "old" : "shop-de", after: .seconds(number == 4 ? -90_000 : 60))
                if number == 3 { sent.conversion.currency = "JPY" }
                _ = try await store.accept(sent)
            }
            let later = StoreSamples.start.advanced(by: .seconds(60))
            let old = StoreSamples.start.advanced(by: .seconds(-90_000))
            let main = { (number: UInt64, time: Timestamp) in DeliveryID(conversion: StoreSamples.id(number, at: time), destination: "main")
            }
            try await store.record(StoreSamples.result(main(1, later), .rejected))
            let status = try await store.status(endedSince: StoreSamples.start, midnight: StoreSamples.start)
            #expect(
                status.waiting.map { "\($0.destination) \($0.currency ?? "") \($0.count) \($0.amount)" } == [
                    "main EUR 2 99.8", "main JPY 1 49.9",
                ])
            #expect(status.ended["main"]?.counts == [.rejected: 1])
            #expect(status.ended["main"]?.failingSince == (try await store.deliveries(DeliveryFilter(state: .rejected)).first?.changedAt))
            #expect(status.answers["main"] == (try await store.attempts(of: main(1, later)).last))
            #expect(
                status.sources == [
                    SourceActivity(source: "old", received: 0, last: old), SourceActivity(source: "shop-de", received: 3, last: later),
                ])
            #expect(status.waitingCorrections == 0)
            let tomorrow = StoreSamples.start.advanced(by: .seconds(86_400))
            #expect(try await store.status(endedSince: tomorrow, midnight: tomorrow).ended.isEmpty)
        },
    ]
}
