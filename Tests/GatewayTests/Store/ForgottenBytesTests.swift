import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// After a person was forgotten, no byte of the address is left, however it was written and wherever it came to be.
struct ForgottenBytesTests {
    private static let address = "Zq7xkwvj.Doe+News@example.com"
    /// Part of every form, in either case, and of nothing else.
    private static let mark = "q7xkwvj"
    private static let forms = [
        "zq7xkwvj.doe+news@example.com", "ZQ7XKWVJ.DOE+NEWS@EXAMPLE.COM", "zq7xkwvj.doe%2Bnews%40example.com",
        "zq7xkwvj.doe%2bnews@example.com", "zq7xkwvj.doe+news%40example.com", #"zq7xkwvj.doe+news\u0040example.com"#,
        #"\u007Aq7xkwvj\u002edoe\u002Bnews\u0040example\u002ecom"#, "%7Aq7xkwvj%2Edoe%2Bnews%40example%2Ecom",
        "zq7xkwvj.doe%252Bnews%2540example.com", #"\/zq7xkwvj.doe+news@example.com\/"#, "zq7xkwvj.doe&#43;news&#x40;example.com",
        #"\\u007aq7xkwvj.doe+news\\u0040example.com"#,
    ]

    @Test func `no file of the embedded store holds a form of the address`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            try await Self.fill(store)
            func files(holding mark: String) throws -> [String] {
                try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
                    let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) } ?? []
                    return String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self).lowercased().contains(mark)
                }
            }
            #expect(try !files(holding: Self.mark).isEmpty)
            try await Self.forget(store)
            // The store is still open, with its log and its shared memory.
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count >= 3)
            #expect(try files(holding: Self.mark) == [])
            #expect(try !files(holding: "john@example.com").isEmpty)
            await store.close()
            #expect(try files(holding: Self.mark) == [])
        }
    }

    @Test func `no table of PostgreSQL holds a form of the address`() async throws {
        let server = try PostgresServer.shared.get()
        try await withPostgres { store, database in
            try await Self.fill(store)
            func tables(holding mark: String) throws -> [String] {
                let marks = [mark, Self.hex(mark), Self.hex(mark.uppercased())]
                return try server.query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", in: database).filter { table in
                    let rows = try server.query("SELECT t::text FROM \"\(table)\" t", in: database).joined(separator: "\n").lowercased()
                    return marks.contains { rows.contains($0) }
                }
            }
            #expect(
                try tables(holding: Self.mark).sorted() == [
                    "attempt", "content", "control", "conversion", "delivery", "destination_report", "refused", "repeat", "waiting",
                ])
            try await Self.forget(store)
            #expect(try tables(holding: Self.mark) == [])
            #expect(try !tables(holding: "john@example.com").isEmpty)
        }
    }

    private static func hex(_ text: String) -> String { text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() }

    private static func forget(_ store: any ConversionStore) async throws {
        let person = try #require(Person(email: address))
        let before = try await store.conversions(ConversionFilter(limit: 1000)).map(\.amount)
        let report = try await store.forget(person, alsoPending: true, dryRun: false)
        #expect(report.leftover == nil)
        #expect(report.refused == forms.count * 2 && report.waiting == forms.count + 1)
        #expect(try await store.forget(person, alsoPending: true, dryRun: false).isEmpty)
        #expect(try await store.conversions(ConversionFilter(limit: 1000)).map(\.amount) == before)
        #expect(try await store.refused(RefusedFilter()).count == 1)
        // What is owed stays owed.
        let waiting = try await store.waiting(ConversionFilter(limit: 1000))
        #expect(waiting.count == forms.count + 1)
        for row in waiting { #expect(Correction(document: row.document)?.refund == .major(try ExactDecimal(parsing: "10.00"))) }
    }

    // MARK: Every place

    private static func fill(_ store: any ConversionStore) async throws {
        for (index, form) in forms.enumerated() {
            let number = UInt64(100 * (index + 1))
            try await store.keep(StoreSamples.refused(index, source: "shop-de", body: #"{"email":"\#(form)"}"#))
            var strange = StoreSamples.refused(index, body: "mail=\(form)&x=1")
            strange.reason = "'\(form)' is no number"
            try await store.keep(strange)

            var early = StoreSamples.message(number, "refunded", orderID: "\(form)-\(number)", keys: [StoreSamples.key(number)])
            early.conversion.document = Array(#"{"refund":"10.00","reason":"for mail"}"#.utf8)
            early.request.body = Array(#"{"email":"\#(form)"}"#.utf8)
            #expect(try await store.correct(early) == .waiting)

            let sent = sale(number + 1, form)
            #expect(try await store.accept(sent) == .stored)
            var again = sale(number + 2, form)
            again.keys = sent.keys
            again.content = StoreSamples.digest(number)
            #expect(try await store.accept(again) == .duplicate(of: sent.conversion.id, sameContent: false))
            try await deliver(sent, form, in: store)

            // Another's conversion, whose tracker speaks of this person.
            let others = sale(number + 3, "john@example.com", order: "o-\(number)")
            #expect(try await store.accept(others) == .stored)
            try await deliver(others, form, in: store)
            var impossible = StoreSamples.message(number + 4, "x", mark: number, orderID: nil, keys: others.keys)
            impossible.conversion.document = Array("{}".utf8)
            impossible.rule = CorrectionRule { _, _ in .refused(Failure(.invalid, "'\(form)' is impossible")) }
            #expect(try await store.accept(impossible) == .duplicate(of: others.conversion.id, sameContent: false))

            try await store.setPaused("d\(index)", reason: "asked for by \(form)", at: StoreSamples.start)
        }
        try await store.report(
            forms.enumerated().map { index, form in
                var report = StoreSamples.report("d\(index)")
                report.reason = "it said \(form)"
                return report
            })
        var early = StoreSamples.message(1, "refunded", orderID: "o-1", keys: [StoreSamples.key(1)])
        early.conversion.document = Array(#"{"refund":"10.00","reason":"\#(forms[0]) asked for it"}"#.utf8)
        #expect(try await store.correct(early) == .waiting)
        try await store.keep(StoreSamples.refused(9, source: "shop-de", body: "mail=john@example.com"))
    }

    private static func sale(_ number: UInt64, _ form: String, order: String? = nil) -> Submission {
        var conversion = Conversion(
            id: StoreSamples.id(number), source: "shop-de", tracker: "refersion", receivedAt: StoreSamples.start)
        conversion[.orderID] = .text(order ?? "\(form)-\(number)")
        conversion[.clickID] = .text("c/\(form)")
        conversion[.customerEmail] = .text(form)
        conversion[.amount] = (try? ExactDecimal(parsing: "49.90")).map(Value.number) ?? .absent
        conversion[.currency] = .text("EUR")
        conversion.metadata = ["mail": .string(form)]
        conversion.extra = ["more": ["mail": .string(form)]]
        conversion.subIDs = [("s1", form)]
        conversion.warnings = ["'\(form)' was ignored"]
        var sent = Submission(
            conversion: ConversionRow(conversion), request: StoreSamples.request(#"{"mail":"\#(form)"}"#), keys: [StoreSamples.key(number)],
            content: StoreSamples.digest(1), destinations: ["main"], repeats: .update)
        sent.missed = MissedRoutes(text: "2\tvip\tcustomer.email == \"\(form)\"\tcustomer.email")
        sent.request.target = "/orders?mail=\(form)"
        sent.request.headers.append(("X-Customer", form))
        return sent
    }

    private static func deliver(_ sent: Submission, _ form: String, in store: any ConversionStore) async throws {
        var attempt = StoreSamples.attempt(.rejected, status: 400)
        attempt.requestLine = "GET https://t.example/pb?mail=\(form)"
        attempt.request = "X-Mail: \(form)\n\n{\"mail\":\"\(form)\"}"
        attempt.reply = "who is \(form)?"
        try await store.record(
            StoreSamples.result(
                StoreSamples.main(sent), .rejected, reason: "tracker answered 400: who is \(form)?", remoteID: "r/\(form)", attempt: attempt
            ))
    }
}
