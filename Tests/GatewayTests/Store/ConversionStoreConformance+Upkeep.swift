import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// Retention, and a person's rights.
    static let upkeep: [Self] = retention + forgetting

    private static func upkeep(_ name: String, _ check: @escaping Check) -> Self {
        Self(name: name, check: check)
    }

    private static let day = Duration.seconds(86_400)
    private static let later = StoreSamples.start.advanced(by: day * 100)

    /// Prunes until nothing is left to prune.
    private static func prune(_ store: any ConversionStore, _ limits: RetentionLimits, at time: Timestamp = later) async throws
        -> PruneReport
    {
        var sum = PruneReport()
        for _ in 0..<100 {
            sum += try await store.prune(limits, at: time)
            if sum.isDone { return sum }
        }
        Issue.record("pruning does not end")
        return sum
    }

    private static func delivered(_ number: UInt64, in store: any ConversionStore, content: UInt64 = 1) async throws -> DeliveryID {
        let sent = StoreSamples.submission(number, after: .seconds(Int(number)), keys: [StoreSamples.key(number)], content: content)
        #expect(try await store.accept(sent) == .stored)
        let delivery = DeliveryID(conversion: sent.conversion.id, destination: "main")
        let attempt = StoreSamples.attempt(.delivered, status: 200, after: .seconds(Int(number)))
        try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt))
        return delivery
    }

    private static let retention: [Self] = [
        upkeep("without limits nothing is pruned") { store in
            let delivery = try await delivered(1, in: store)
            try await store.keep(StoreSamples.refused(1, source: "shop-de"))
            #expect(try await prune(store, RetentionLimits()).count == 0)
            #expect(try await store.request(of: delivery.conversion) != nil)
            #expect(try await store.attempts(of: delivery).count == 1)
            #expect(try await store.refused(RefusedFilter()).count == 1)
        },
        upkeep("old requests and attempts go, and conversions, sums and keys stay") { store in
            var deliveries: [DeliveryID] = []
            for number: UInt64 in 1...300 { deliveries.append(try await delivered(number, in: store)) }
            let rows = try await store.conversions(ConversionFilter(limit: 1000))
            let limits = RetentionLimits(requests: day * 90, attempts: day * 30)
            let wanted = try await store.prunable(limits, at: later)
            #expect(wanted.requests == 300 && wanted.attempts == 300 && wanted.repeats == 0 && wanted.refused == 0)
            #expect(try await store.prunable(limits, at: StoreSamples.start.advanced(by: day)).count == 0)
            let first = try await store.prune(limits, at: later)
            #expect((1...250).contains(first.count))
            #expect(!first.isDone)
            let rest = try await prune(store, limits)
            #expect(first.requests + rest.requests == 300)
            #expect(first.attempts + rest.attempts == 300)
            #expect(try await store.prunable(limits, at: later).count == 0)
            #expect(try await prune(store, limits).count == 0)
            #expect(try await store.conversions(ConversionFilter(limit: 1000)) == rows)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 300)])
            for delivery in [deliveries[0], deliveries[299]] {
                #expect(try await store.request(of: delivery.conversion) == nil)
                #expect(try await store.attempts(of: delivery).isEmpty)
            }
            let again = StoreSamples.submission(999, after: day, keys: [StoreSamples.key(7)])
            #expect(try await store.accept(again) == .duplicate(of: deliveries[6].conversion, sameContent: true))
        },
        upkeep("what is younger than its age stays") { store in
            let old = try await delivered(1, in: store)
            let young = try await delivered(3600, in: store)
            let at = StoreSamples.start.advanced(by: .seconds(4000))
            let report = try await prune(store, RetentionLimits(requests: .seconds(1000), attempts: .seconds(1000)), at: at)
            #expect(report.requests == 1 && report.attempts == 1)
            #expect(try await store.request(of: old.conversion) == nil)
            #expect(try await store.request(of: young.conversion) != nil)
            #expect(try await store.attempts(of: young).count == 1)
        },
        upkeep("what is still owed stays, and goes once it is not") { store in
            let sent = StoreSamples.submission(1, destinations: ["main", "voluum"])
            #expect(try await store.accept(sent) == .stored)
            let waiting = DeliveryID(conversion: sent.conversion.id, destination: "main")
            let done = DeliveryID(conversion: sent.conversion.id, destination: "voluum")
            try await store.record(StoreSamples.result(waiting, .pending, next: .seconds(5)))
            try await store.record(StoreSamples.result(done, .delivered))
            let other = try await delivered(2, in: store)
            let limits = RetentionLimits(requests: day, attempts: day)
            let wanted = try await store.prunable(limits, at: later)
            let report = try await prune(store, limits)
            #expect(report.requests == 1 && report.attempts == 2)
            #expect(wanted.requests == 1 && wanted.attempts == 2)
            #expect(try await store.request(of: sent.conversion.id) == sent.request)
            #expect(try await store.attempts(of: waiting).count == 1)
            #expect(try await store.request(of: other.conversion) == nil)
            let due = try await store.due("main", at: later, leavingOut: [], limit: 10)
            #expect(due.map(\.document) == [sent.conversion.document])

            try await store.record(StoreSamples.result(waiting, .dead))
            #expect(try await store.prunable(limits, at: later).requests == 1)
            let rest = try await prune(store, limits)
            #expect(rest.requests == 1 && rest.attempts == 2)
            #expect(try await store.request(of: sent.conversion.id) == nil)
        },
        upkeep("a replay after pruning numbers its attempts on") { store in
            let delivery = try await delivered(1, in: store)
            #expect(try await prune(store, RetentionLimits(requests: day, attempts: day)).attempts == 1)
            #expect(try await store.requeue([delivery], at: later) == 1)
            #expect(try await store.due("main", at: later, leavingOut: [], limit: 10).count == 1)
            let attempt = StoreSamples.attempt(.delivered, after: day * 100)
            try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt, round: 1))
            #expect(try await store.attempts(of: delivery).map(\.number) == [2])
            #expect(try await prune(store, RetentionLimits(attempts: day)).attempts == 0)
            #expect(try await prune(store, RetentionLimits(attempts: day), at: later.advanced(by: day * 2)).attempts == 1)
        },
        upkeep("old repeats are emptied and stay counted") { store in
            let first = try await delivered(1, in: store)
            for content: UInt64 in 2...4 {
                let other = StoreSamples.submission(content, keys: [StoreSamples.key(1)], content: content)
                #expect(try await store.accept(other) == .duplicate(of: first.conversion, sameContent: false))
            }
            let limits = RetentionLimits(repeats: day)
            #expect(try await store.prunable(limits, at: later).repeats == 3)
            #expect(try await prune(store, limits).repeats == 3)
            let repeats = try await store.repeats(of: first.conversion)
            #expect(repeats.map(\.count) == [1, 1, 1])
            #expect(repeats.allSatisfy { $0.document == nil && $0.request == nil && !$0.sameContent })
            let again = StoreSamples.submission(9, keys: [StoreSamples.key(1)], content: 3)
            #expect(try await store.accept(again) == .duplicate(of: first.conversion, sameContent: false))
            #expect(try await store.repeats(of: first.conversion).map(\.count) == [1, 2, 1])
            #expect(try await prune(store, limits).repeats == 0)
        },
        upkeep("old refused requests go and the keep's bounds still count right") { store in
            for number in 1...3 { try await store.keep(StoreSamples.refused(number, source: "shop-de")) }
            try await store.keep(StoreSamples.refused(4))
            let limits = RetentionLimits(refused: .seconds(60))
            let at = StoreSamples.start.advanced(by: .seconds(63))
            #expect(try await store.prunable(limits, at: at).refused == 2)
            #expect(try await prune(store, limits, at: at).refused == 2)
            #expect(try await store.refused(RefusedFilter()).map(\.refused.source) == [nil, "shop-de"])
            for number in 5...9 { try await store.keep(StoreSamples.refused(number, source: "shop-de")) }
            #expect(try await store.refused(RefusedFilter(source: "shop-de")).count == 5)
        },
    ]

    // MARK: Forgetting

    /// A sale of Jane's or John's, with all that a sender may send of a person, at every place.
    private static func sale(_ number: UInt64, of email: String?, hash: String? = nil, content: UInt64 = 1) -> Submission {
        let id = StoreSamples.id(number)
        var conversion = Conversion(id: id, source: "shop-de", tracker: "refersion", receivedAt: StoreSamples.start)
        conversion[.type] = .text("sale")
        conversion[.orderID] = .text("order-\(number)")
        conversion[.currency] = .text("EUR")
        conversion[.amount] = (try? ExactDecimal(parsing: "49.90")).map(Value.number) ?? .absent
        conversion[.customerEmail] = email.map(Value.text) ?? .absent
        conversion[.customerEmailSHA256] = hash.map(Value.text) ?? .absent
        conversion[.customerFirstName] = .text("Jane")
        conversion[.customerIP] = .text("203.0.113.9")
        conversion[.customerPhone] = .text("+1 555 0100")
        conversion[.pageURL] = .text("https://shop.example/thanks?name=Jane")
        conversion.clickIDs = [("fbp", "fb.1.1763600000000.1")]
        conversion.metadata = ["plan": "pro", "phone": "555-0100"]
        conversion.extra = ["billing": ["mail": .string(email ?? "")]]
        conversion.subIDs = [("s1", "campaign"), ("s2", email ?? "x")]
        var sent = Submission(
            conversion: ConversionRow(conversion), request: StoreSamples.request(#"{"mail":"\#(email ?? "")","name":"Jane"}"#),
            keys: [StoreSamples.key(number)], content: StoreSamples.digest(content), destinations: ["main"])
        sent.request.target = "/tracker/orders/paid?mail=\((email ?? "").replacing("@", with: "%40"))"
        return sent
    }

    private static func finish(_ sent: Submission, in store: any ConversionStore, saying reply: String = "ok") async throws -> DeliveryID {
        #expect(try await store.accept(sent) == .stored)
        let delivery = DeliveryID(conversion: sent.conversion.id, destination: "main")
        var attempt = StoreSamples.attempt(.rejected, status: 400)
        attempt.requestLine = "GET https://t.example/pb?mail=x%40example.com"
        attempt.reply = reply
        try await store.record(StoreSamples.result(delivery, .rejected, reason: "tracker answered 400: \(reply)", attempt: attempt))
        return delivery
    }

    private static let forgetting: [Self] = [
        upkeep("a person is forgotten everywhere, and amounts, ids and others stay") { store in
            let jane = try #require(Person(email: " Jane.Doe@Example.com "))
            let hers = try await finish(sale(1, of: "JANE.DOE@example.com"), in: store, saying: "unknown jane.doe@example.com")
            let hashed = try await finish(sale(2, of: nil, hash: jane.digests.min()), in: store)
            let others = sale(3, of: "mary.jane.doe@example.com")
            let other = try await finish(others, in: store, saying: "who is jane.doe%40example.com?")
            var again = sale(4, of: "jane.doe@example.com", content: 2)
            again.keys = [StoreSamples.key(3)]
            #expect(try await store.accept(again) == .duplicate(of: other.conversion, sameContent: false))
            try await store.keep(StoreSamples.refused(1, source: "shop-de", body: #"{"email":"jane.doe@example.com"}"#))
            try await store.keep(StoreSamples.refused(2, source: "shop-de", body: "mail=jane%2Edoe@example.org"))

            let dry = try await store.forget(jane, alsoPending: false, dryRun: true)
            #expect(try await store.request(of: hers.conversion) != nil)
            let report = try await store.forget(jane, alsoPending: false, dryRun: false)
            #expect(dry == report)
            #expect(
                report == ForgetReport(conversions: 2, requests: 2, repeats: 1, attempts: 3, reasons: 2, refused: 1))
            for (id, number) in [(hers, 1), (hashed, 2)] {
                let row = try #require(try await store.conversion(id.conversion))
                #expect(row.orderID == "order-\(number)" && row.amount == "49.90" && row.currency == "EUR")
                let kept = try Conversion(document: row.document)
                #expect(Field.allCases.filter { $0.name.hasPrefix("customer.") }.allSatisfy { kept[$0].isAbsent })
                #expect(kept.metadata == [:] && kept.extra == [:] && kept.clickIDs.isEmpty && kept[.pageURL].isAbsent)
                #expect(kept.text(.orderID) == "order-\(number)")
                #expect(try await store.request(of: id.conversion) == nil)
                let attempt = try #require(try await store.attempts(of: id).first)
                #expect(attempt.requestLine == "GET https://t.example/(removed)" && attempt.request == nil && attempt.reply == "(removed)")
                #expect(attempt.status == 400 && attempt.outcome == .rejected)
            }
            #expect(
                try await store.deliveries(DeliveryFilter(conversion: hers.conversion)).map(\.reason) == [
                    "tracker answered 400: unknown ***"
                ])
            #expect(try await store.conversion(other.conversion) == others.conversion)
            #expect(try await store.request(of: other.conversion) == others.request)
            #expect(try await store.attempts(of: other).map(\.reply) == ["(removed)"])
            #expect(try await store.repeats(of: other.conversion).map(\.document) == [nil])
            #expect(try await store.refused(RefusedFilter()).count == 1)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .rejected, count: 3)])
            #expect(try await store.forget(jane, alsoPending: false, dryRun: false).isEmpty)
            #expect(try await store.accept(sale(1, of: nil)) == .duplicate(of: hers.conversion, sameContent: true))
        },
        upkeep("a person is forgotten in what is kept of the routes") { store in
            let jane = try #require(Person(email: "jane.doe@example.com"))
            for (number, email) in [(UInt64(1), "jane.doe@example.com"), (2, "john@example.com")] {
                var sent = sale(number, of: email)
                sent.missed = MissedRoutes(
                    text: "1\tvip\tcustomer.email == \"Jane.Doe@example.com\"\tcustomer.email\n2\tb\tamount > 50\tamount")
                _ = try await finish(sent, in: store)
            }
            let report = try await store.forget(jane, alsoPending: false, dryRun: false)
            #expect(report.conversions == 1 && report.notes == 2)
            let kept = "customer.email == \"***\"\t"
            let hers = "1\tvip\t\(kept)-customer.email\n2\tb\tamount > 50\tamount"
            #expect(try await store.missedRoutes(of: StoreSamples.id(1))?.text == hers)
            let others = "1\tvip\t\(kept)customer.email\n2\tb\tamount > 50\tamount"
            #expect(try await store.missedRoutes(of: StoreSamples.id(2))?.text == others)
            #expect(try await store.forget(jane, alsoPending: false, dryRun: false).isEmpty)
        },
        upkeep("a person is found by the digest alone") { store in
            let jane = try #require(Person(email: "jane.doe@example.com"))
            let byDigest = try #require(Person(sha256: jane.digests[0].uppercased()))
            _ = try await finish(sale(1, of: "Jane.Doe@example.com"), in: store)
            _ = try await finish(sale(2, of: nil, hash: jane.digests[0]), in: store)
            _ = try await finish(sale(3, of: "john@example.com"), in: store)
            try await store.keep(StoreSamples.refused(1, source: "shop-de", body: "a=1&mail=Jane.Doe%40example.com&b=2"))
            let report = try await store.forget(byDigest, alsoPending: false, dryRun: false)
            #expect(report.conversions == 2 && report.refused == 1)
            #expect(
                try await store.conversions(ConversionFilter(ascending: true)).map {
                    String(decoding: $0.document, as: UTF8.self).contains("203.0.113.9")
                } == [false, false, true])
        },
        upkeep("what is still owed is forgotten only if that is asked for") { store in
            let jane = try #require(Person(email: "jane.doe@example.com"))
            let sent = sale(1, of: "jane.doe@example.com")
            #expect(try await store.accept(sent) == .stored)
            let delivery = DeliveryID(conversion: sent.conversion.id, destination: "main")
            let refused = try await store.forget(jane, alsoPending: false, dryRun: false)
            #expect(refused.pending == [delivery])
            #expect(try await store.conversion(sent.conversion.id) == sent.conversion)
            let report = try await store.forget(jane, alsoPending: true, dryRun: false)
            #expect(report.pending == [delivery] && report.conversions == 1)
            let due = try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 10)
            #expect(due.map(\.id) == [delivery])
            #expect(due.allSatisfy { !jane.isIn($0.document) })
        },
    ]
}
