import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// Deliveries that are one request for each item.
    static let lines: [Self] = [
        Self(name: "what has become of each line is kept, and comes back with what is due") { store async throws in
            _ = try await store.accept(StoreSamples.submission(1, destinations: ["main", "voluum"]))
            let id = DeliveryID(conversion: StoreSamples.id(1), destination: "main")
            func record(_ text: String, _ state: DeliveryState = .pending, isCounted: Bool = false, reason: String? = nil) async throws {
                var result = StoreSamples.result(id, state, next: state == .pending ? .zero : nil, reason: reason)
                result.lines = DeliveryLines(text: text)
                result.isCounted = isCounted
                try await store.record(result)
            }
            try await record("d--")
            try await record("d!-\n1 line 2 of 3: later", reason: "line 2 of 3: later")
            var due = try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 10)
            #expect(due.map(\.lines) == ["d!-\n1 line 2 of 3: later"])
            // No round has ended.
            #expect(due.map(\.attempts) == [0])
            #expect(try await store.due("voluum", at: StoreSamples.start, leavingOut: [], limit: 10).map(\.lines) == [nil])
            try await record("d-d\n1 line 2 of 3: later", isCounted: true)
            try await record("drd\n1 line 2 of 3: no", .rejected, isCounted: true, reason: "line 2 of 3: no")
            let row = try #require(try await store.deliveries(DeliveryFilter(destination: "main")).first)
            #expect(row.lines?.summary == "2 of 3 lines")
            #expect(row.state == .rejected && row.attempts == 2)
            #expect(try await store.attempts(of: id).map(\.number) == [1, 2, 3, 4])
            #expect(try await store.deliveries(DeliveryFilter(destination: "voluum")).first?.lines == nil)

            #expect(try await store.requeue([id], at: StoreSamples.start) == 1)
            due = try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 10)
            #expect(due.map(\.lines) == ["d-d"])
        },
        Self(name: "a line that has arrived stays so when another process has found out more") { store async throws in
            _ = try await store.accept(StoreSamples.submission(1, destinations: ["main"]))
            let id = DeliveryID(conversion: StoreSamples.id(1), destination: "main")
            for text in ["d-", "!d"] {
                var result = StoreSamples.result(id, .pending, next: .zero)
                result.lines = DeliveryLines(text: text)
                try await store.record([result])
            }
            #expect(try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 10).map(\.lines) == ["dd"])
        },
        Self(name: "a person is forgotten in what is said of lines") { store async throws in
            let jane = try #require(Person(email: "jane.doe@example.com"))
            _ = try await store.accept(StoreSamples.submission(1, destinations: ["main"]))
            let id = DeliveryID(conversion: StoreSamples.id(1), destination: "main")
            var result = StoreSamples.result(id, .rejected, reason: "line 2: unknown jane.doe@example.com")
            result.lines = DeliveryLines(text: "dr\n1 line 2: unknown jane.doe@example.com")
            try await store.record(result)
            _ = try await store.forget(jane, alsoPending: false, dryRun: false)
            let row = try #require(try await store.deliveries(DeliveryFilter()).first)
            #expect(row.reason == "line 2: unknown ***")
            #expect(row.lines?.text == "dr")
        },
    ]
}
