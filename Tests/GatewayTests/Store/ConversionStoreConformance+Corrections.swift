import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    static let histories: [Self] = [
        Self(name: "a repeat becomes a correction and the first shows the present") { store async throws in
            let first = StoreSamples.message(1, "pending")
            let second = StoreSamples.message(2, "approved", after: .seconds(2))
            #expect(try await store.accept(first) == .stored)
            #expect(try await store.accept(second) == .corrected(first.conversion.id, by: second.conversion.id))
            let history = try await store.history(of: first.conversion.id)
            #expect(history.map(\.id) == [first.conversion.id, second.conversion.id])
            #expect(history.map(\.root) == [nil, first.conversion.id])
            #expect(history.map(\.document) == [first.conversion.document, Array(#"{"status":"approved","refunded":true}"#.utf8)])
            #expect(history.first?.latest == second.conversion.id)
            #expect(try await store.history(of: second.conversion.id) == history)
            #expect(try await store.request(of: second.conversion.id) == second.request)
            let listed = try await store.conversions(ConversionFilter())
            #expect(listed.map(\.id) == [first.conversion.id])
            #expect(listed.map(\.status) == ["approved"])
            #expect(listed.map(\.amount) == ["50.00"])
            #expect(listed.map(\.document) == history.suffix(1).map(\.document))
            #expect(try await store.conversions(ConversionFilter(status: "pending")).isEmpty)
            #expect(try await store.conversions(ConversionFilter(state: .pending)).count == 1)
            try await store.record(StoreSamples.result(StoreSamples.main(first), .delivered))
            try await store.record(StoreSamples.result(StoreSamples.main(second), .skipped))
            #expect(try await store.conversions(ConversionFilter(state: .delivered)).count == 1)
            #expect(try await store.conversions(ConversionFilter(state: .skipped)).isEmpty, "a correction's is not its conversion's")
        },
        Self(name: "each message keeps the routes that did not take it") { store async throws in
            var first = StoreSamples.message(1, "pending")
            first.missed = MissedRoutes(text: "2\tb\tamount > 50\tamount")
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.message(2, "approved", after: .seconds(2))
            #expect(try await store.accept(second) == .corrected(first.conversion.id, by: second.conversion.id))
            let third = StoreSamples.message(3, "extra", after: .seconds(3))
            #expect(try await store.correct(third) == .applied(first.conversion.id, correction: third.conversion.id))
            #expect(try await store.missedRoutes(of: first.conversion.id) == first.missed)
            #expect(try await store.missedRoutes(of: second.conversion.id) == StoreSamples.missing.missed)
            #expect(try await store.missedRoutes(of: third.conversion.id) == MissedRoutes(), "every route took it")
            #expect(try await store.missedRoutes(of: StoreSamples.id(404)) == nil)

            // A correction that waited is judged when its conversion comes.
            let early = StoreSamples.message(4, "approved", orderID: "order-9", keys: [StoreSamples.key(9)])
            #expect(try await store.correct(early) == .waiting)
            let late = StoreSamples.message(5, "pending", orderID: "order-9", keys: [StoreSamples.key(9)])
            #expect(try await store.accept(late) == .stored)
            #expect(try await store.missedRoutes(of: late.conversion.id) == MissedRoutes())
            #expect(try await store.missedRoutes(of: early.conversion.id) == StoreSamples.missing.missed)
        },
        Self(name: "equal corrections count once, however many come at once") { store async throws in
            let first = StoreSamples.message(1, "pending")
            #expect(try await store.accept(first) == .stored)
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number: UInt64 in 2...101 { group.addTask { try await store.accept(StoreSamples.message(number, "approved")) } }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            #expect(outcomes.count { $0 == .duplicate(of: first.conversion.id, sameContent: true) } == 99)
            #expect(try await store.history(of: first.conversion.id).count == 2)
            #expect(try await store.repeats(of: first.conversion.id).map(\.count) == [99])
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 2)])
        },
        Self(name: "a repeat that steps back or is impossible is kept with its note") { store async throws in
            let first = StoreSamples.message(1, "lead")
            #expect(try await store.accept(first) == .stored)
            _ = try await store.accept(StoreSamples.message(2, "approved"))
            let back = StoreSamples.message(3, "pending")
            #expect(try await store.accept(back) == .duplicate(of: first.conversion.id, sameContent: false))
            let absurd = Failure(.invalid, field: "status", "status 'absurd' is unknown")
            let impossible = StoreSamples.message(4, "absurd")
            #expect(try await store.accept(impossible) == .duplicate(of: first.conversion.id, sameContent: false))
            #expect(try await store.correct(StoreSamples.message(5, "absurd")) == .refused(absurd))
            let notes = try await store.repeats(of: first.conversion.id).map(\.note)
            #expect(notes == ["a late step back", "impossible: status 'absurd' is unknown"])
            #expect(try await store.history(of: first.conversion.id).count == 2)
        },
        Self(name: "the first message again after its correction changes nothing") { store async throws in
            let first = StoreSamples.message(1, "lead")
            #expect(try await store.accept(first) == .stored)
            _ = try await store.accept(StoreSamples.message(2, "approved"))
            #expect(try await store.accept(StoreSamples.message(3, "lead")) == .duplicate(of: first.conversion.id, sameContent: true))
            #expect(try await store.conversions(ConversionFilter()).map(\.status) == ["approved"])
        },
        Self(name: "if repeats are ignored the first message stays") { store async throws in
            let first = StoreSamples.message(1, "pending", policy: .ignore)
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.message(2, "approved", policy: .ignore)
            #expect(try await store.accept(second) == .duplicate(of: first.conversion.id, sameContent: false))
            #expect(try await store.history(of: first.conversion.id).map(\.status) == ["pending"])
        },
        Self(name: "a correction finds its conversion by the key, else by the order id") { store async throws in
            let short = [StoreSamples.key(1, lifetime: .seconds(10))]
            let first = StoreSamples.message(1, "approved", keys: short)
            #expect(try await store.accept(first) == .stored)
            let byKey = StoreSamples.message(2, "refunded", after: .seconds(100), orderID: nil, keys: short)
            #expect(try await store.correct(byKey) == .applied(first.conversion.id, correction: byKey.conversion.id))
            #expect(try await store.correct(byKey) == .unchanged(first.conversion.id, note: nil))
            let other = StoreSamples.message(3, "approved", keys: [])
            #expect(try await store.accept(other) == .stored)
            let byOrder = StoreSamples.message(4, "rejected", keys: [])
            #expect(try await store.correct(byOrder) == .applied(other.conversion.id, correction: byOrder.conversion.id))
            #expect(try await store.correct(StoreSamples.message(5, "rejected", orderID: "order-9", keys: [])) == .notFound)
            let rows = try await store.conversions(ConversionFilter(ascending: true))
            #expect(rows.map(\.status) == ["refunded", "rejected"])
            #expect(rows.map(\.refunded) == ["50.00", nil])
        },
        Self(name: "a correction goes to the destinations of its conversion and to those of its own routes") { store async throws in
            let first = StoreSamples.message(1, "pending", destinations: ["main", "old"])
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.message(2, "extra")
            #expect(try await store.accept(second) == .corrected(first.conversion.id, by: second.conversion.id))
            let rows = try await store.deliveries(DeliveryFilter(conversion: second.conversion.id))
            #expect(rows.map(\.id.destination) == ["extra", "main", "old"])
            #expect(rows.map { $0.nextAttempt == nil } == [false, true, true])
            #expect(try await store.deliveries(DeliveryFilter(history: first.conversion.id)).count == 5)
            #expect(try await store.due("extra", at: StoreSamples.start, leavingOut: [], limit: 9).map(\.predecessor) == [nil])
        },
        Self(name: "corrections before their conversion wait and follow it") { store async throws in
            let early = StoreSamples.message(1, "refunded")
            #expect(try await store.correct(early) == .waiting)
            let again = StoreSamples.message(2, "refunded", after: .seconds(1))
            #expect(try await store.correct(again) == .unchanged(early.conversion.id, note: nil))
            #expect(try await store.correct(early) == .waiting)
            #expect(try await store.correct(StoreSamples.message(3, "absurd", after: .seconds(2))) == .waiting)
            let waiting = try await store.waiting(ConversionFilter(source: "shop-de"))
            #expect(waiting.map(\.id) == [early.conversion.id, StoreSamples.message(3, "", after: .seconds(2)).conversion.id])
            #expect(waiting.first?.document == early.conversion.document)
            #expect(waiting.first?.request == early.request)
            #expect(try await store.conversions(ConversionFilter()).isEmpty)
            let sale = StoreSamples.message(4, "approved", after: .seconds(60), policy: .ignore)
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.waiting(ConversionFilter()).isEmpty)
            #expect(try await store.history(of: sale.conversion.id).map(\.id) == [sale.conversion.id, early.conversion.id])
            #expect(try await store.conversions(ConversionFilter()).map(\.status) == ["refunded"])
            #expect(
                try await store.repeats(of: sale.conversion.id).map(\.note) == [
                    "came before its conversion and is impossible: status 'absurd' is unknown"
                ])
            let due = try await store.due("main", at: StoreSamples.start.advanced(by: .seconds(100)), leavingOut: [], limit: 9)
            #expect(due.map(\.id) == [StoreSamples.main(sale)])
            #expect(
                try await store.accept(StoreSamples.message(5, "approved", policy: .ignore))
                    == .duplicate(of: sale.conversion.id, sameContent: true))
        },
        Self(name: "what waits under another key than the conversion's is found too") { store async throws in
            #expect(try await store.correct(StoreSamples.message(1, "refunded")) == .waiting)
            var sale = StoreSamples.message(2, "approved", keys: [StoreSamples.key(2)])
            sale.awaitedKeys = [StoreSamples.key(1)]
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).count == 2)
            #expect(
                try await store.accept(StoreSamples.message(3, "lead", policy: .ignore))
                    == .duplicate(of: sale.conversion.id, sameContent: false))
        },
        Self(name: "a correction of another source's conversion is a conflict") { store async throws in
            let shared = [StoreSamples.key(1, .tracker("refersion"))]
            let first = StoreSamples.message(1, "approved", keys: shared)
            #expect(try await store.accept(first) == .stored)
            var other = StoreSamples.message(2, "refunded", keys: shared)
            other.conversion.source = "shop-at"
            #expect(try await store.correct(other) == .conflict(with: first.conversion.id))
        },
    ]

    static let signatures: [Self] = [
        Self(name: "a signature that came before changes nothing again, whatever the rest is") { store async throws in
            let first = StoreSamples.message(1, "pending").signed(91)
            #expect(try await store.accept(first) == .stored)
            let second = StoreSamples.message(2, "approved").signed(92)
            #expect(try await store.accept(second) == .corrected(first.conversion.id, by: second.conversion.id))
            let disguised = StoreSamples.message(3, "extra").signed(92)
            #expect(try await store.accept(disguised) == .duplicate(of: first.conversion.id, sameContent: false))
            // Under keys that nobody holds: only the signature is known.
            let elsewhere = StoreSamples.message(4, "approved", after: .seconds(10_000), keys: []).signed(92)
            #expect(try await store.accept(elsewhere) == .duplicate(of: first.conversion.id, sameContent: true))
            #expect(try await store.history(of: first.conversion.id).count == 2)
            #expect(try await store.conversions(ConversionFilter()).count == 1)
            #expect(
                try await store.repeats(of: first.conversion.id).compactMap(\.note) == [
                    "its signature came before, with other content beside it"
                ])
        },
        Self(name: "of many messages with one signature one counts, however many come at once") { store async throws in
            let first = StoreSamples.message(1, "pending").signed(91)
            #expect(try await store.accept(first) == .stored)
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number: UInt64 in 2...41 {
                    let status = number.isMultiple(of: 2) ? "approved" : "extra"
                    group.addTask { try await store.accept(StoreSamples.message(number, status).signed(92)) }
                }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            #expect(outcomes.count { if case .corrected = $0 { true } else { false } } == 1)
            #expect(try await store.history(of: first.conversion.id).count == 2)
        },
        Self(name: "a correction with a signature that came before changes nothing again, waiting or not") { store async throws in
            let early = StoreSamples.message(1, "refunded").signed(91, isCorrection: true)
            #expect(try await store.correct(early) == .waiting)
            #expect(try await store.correct(early) == .waiting)
            #expect(
                try await store.correct(StoreSamples.message(2, "extra", after: .seconds(1)).signed(91, isCorrection: true))
                    == .unchanged(early.conversion.id, note: nil))
            let sale = StoreSamples.message(3, "approved", after: .seconds(60), policy: .ignore)
            #expect(try await store.accept(sale) == .stored)
            let late = StoreSamples.message(4, "rejected", after: .seconds(70)).signed(92, isCorrection: true)
            #expect(try await store.correct(late) == .applied(sale.conversion.id, correction: late.conversion.id))
            let note = "its signature came before, with other content beside it"
            #expect(
                try await store.correct(StoreSamples.message(5, "extra", after: .seconds(80)).signed(92, isCorrection: true))
                    == .unchanged(sale.conversion.id, note: note))
            #expect(try await store.history(of: sale.conversion.id).map(\.id) == [sale, early, late].map(\.conversion.id))
        },
        Self(name: "a refused correction may be sent again with its signature") { store async throws in
            let sale = StoreSamples.message(1, "approved")
            #expect(try await store.accept(sale) == .stored)
            let absurd = Failure(.invalid, field: "status", "status 'absurd' is unknown")
            #expect(try await store.correct(StoreSamples.message(2, "absurd").signed(91, isCorrection: true)) == .refused(absurd))
            let again = StoreSamples.message(3, "refunded").signed(91, isCorrection: true)
            #expect(try await store.correct(again) == .applied(sale.conversion.id, correction: again.conversion.id))
        },
        Self(name: "a correction that may not wait may be sent again with its signature") { store async throws in
            func correction(_ number: UInt64, _ status: String) -> Submission {
                var sent = StoreSamples.message(number, status).signed(90 + number, isCorrection: true)
                sent.waiting = WaitingLimits(perKey: 1, perSource: 10)
                return sent
            }
            #expect(try await store.correct(correction(1, "rejected")) == .waiting)
            for _ in 0..<2 { #expect(try await store.correct(correction(2, "refunded")) == .tooManyWait(.ofKey(1))) }
            let sale = StoreSamples.message(3, "approved", policy: .ignore)
            #expect(try await store.accept(sale) == .stored)
            let late = correction(2, "refunded")
            #expect(try await store.correct(late) == .applied(sale.conversion.id, correction: late.conversion.id))
        },
        Self(name: "a correction's signature makes no conversion, whether it waits or waited in vain") { store async throws in
            let early = StoreSamples.message(1, "pending").signed(91, isCorrection: true)
            #expect(try await store.correct(early) == .waiting)
            func disguised(_ number: UInt64) -> Submission {
                StoreSamples.message(number, "approved", keys: [StoreSamples.key(number)]).signed(91)
            }
            #expect(try await store.accept(disguised(2)) == .duplicate(of: early.conversion.id, sameContent: false))
            let sale = StoreSamples.message(3, "approved", policy: .ignore)
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).count == 1, "a late step back")
            #expect(try await store.accept(disguised(4)) == .duplicate(of: early.conversion.id, sameContent: false))
            #expect(try await store.conversions(ConversionFilter()).map(\.id) == [sale.conversion.id])
            // The keys beside the signature are free.
            #expect(try await store.accept(StoreSamples.message(5, "approved", keys: [StoreSamples.key(2)])) == .stored)
        },
    ]

    static let order: [Self] = [
        Self(name: "a correction is held until the delivery before it has ended") { store async throws in
            let (first, second, third) = try await history(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 9).map(\.id) == [first])
            #expect(try await store.nextDue() == ["main": StoreSamples.start])
            #expect(try await !store.record(StoreSamples.result(first, .pending, next: .seconds(5))))
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 9).map(\.id) == [first])
            #expect(try await store.record(StoreSamples.result(first, .delivered)))
            let due = try await store.due("main", at: at, leavingOut: [], limit: 9)
            #expect(due.map(\.id) == [second])
            #expect(due.map(\.predecessor) == [.delivered])
            #expect(try await store.record(StoreSamples.result(second, .skipped)))
            let last = try await store.due("main", at: at, leavingOut: [], limit: 9)
            #expect(last.map(\.id) == [third])
            #expect(last.map(\.predecessor) == [.delivered])
            #expect(try await !store.record(StoreSamples.result(third, .delivered)))
            #expect(try await store.nextDue().isEmpty)
        },
        Self(name: "a correction knows what the destination called its conversion") { store async throws in
            let (first, second, third) = try await history(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            var result = StoreSamples.result(first, .delivered)
            result.remoteID = "T-7"
            #expect(try await store.record(result))
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 9).map(\.there) == ["T-7"])
            result = StoreSamples.result(second, .delivered)
            result.remoteID = "R-8"
            #expect(try await store.record(result))
            let last = try await store.due("main", at: at, leavingOut: [], limit: 9)
            #expect(last.map(\.id) == [third])
            #expect(last.map(\.there) == ["T-7"])
        },
        Self(name: "a correction knows that its conversion never arrived") { store async throws in
            let at = StoreSamples.start.advanced(by: .seconds(100))
            for (index, state) in [DeliveryState.skipped, .rejected, .dead, .unconfirmed, .duplicate].enumerated() {
                let keys = [StoreSamples.key(UInt64(50 + index))]
                let (first, second, _) = try await history(store, from: UInt64(10 * (index + 1)), keys: keys)
                try await store.record(StoreSamples.result(first, state))
                let due = try await store.due("main", at: at, leavingOut: [], limit: 9).first { $0.id == second }
                #expect(due?.predecessor == state)
            }
        },
        Self(name: "a conversion that arrived once counts as there for its corrections, even if its replay is refused") {
            store async throws in
            let at = StoreSamples.start.advanced(by: .seconds(100))
            for (index, state) in [DeliveryState.skipped, .rejected].enumerated() {
                let keys = [StoreSamples.key(UInt64(60 + index))]
                let (first, second, _) = try await history(store, from: UInt64(10 * (index + 1)), keys: keys)
                try await store.record(StoreSamples.result(first, index == 0 ? .delivered : .duplicate))
                #expect(try await store.requeue([first], at: at) == 1)
                try await store.record(StoreSamples.result(first, state, round: 1))
                let due = try await store.due("main", at: at, leavingOut: [], limit: 9).first { $0.id == second }
                #expect(due?.predecessor == .delivered)
                #expect(try await store.isInTurn(second, after: .delivered))
                #expect(try await store.predecessor(of: second) == .delivered)
                let row = try #require(try await store.deliveries(DeliveryFilter(conversion: first.conversion)).first)
                #expect(row.state == state && row.known == .delivered && !row.isCorrection)
                #expect(try await store.deliveries(DeliveryFilter(conversion: second.conversion)).first?.isCorrection == true)
            }
        },
        Self(name: "an equal refund before its sale is kept beside the first") { store async throws in
            func refund(_ number: UInt64, after: Duration) -> Submission {
                var refund = StoreSamples.message(number, "refunded", after: after)
                refund.conversion.document = Array(#"{"status":"refunded","refund":{"minor":"1000"},"currency":"EUR"}"#.utf8)
                return refund
            }
            let first = refund(1, after: .zero)
            #expect(try await store.correct(first) == .waiting)
            for number: UInt64 in 2...3 {
                guard case .unchanged(first.conversion.id, let note?) = try await store.correct(refund(number, after: .seconds(1))) else {
                    Issue.record("the repeat was not noticed")
                    return
                }
                #expect(note.hasPrefix("a refund with the same content came before"))
            }
            #expect(try await store.correct(first) == .waiting, "the same call again is no repeat")
            let waiting = try await store.waiting(ConversionFilter())
            #expect(waiting.map(\.says) == ["a refund of EUR 10.00, sent again 2 times"])
            #expect(try await store.conversions(ConversionFilter(withRepeats: true)).isEmpty)
            let sale = StoreSamples.message(4, "approved", after: .seconds(60))
            #expect(try await store.accept(sale) == .stored)
            #expect(try await store.history(of: sale.conversion.id).count == 2)
            let repeats = try await store.repeats(of: sale.conversion.id)
            #expect(repeats.map(\.count) == [2])
            #expect(repeats.first?.request == refund(2, after: .seconds(1)).request)
            #expect(try await store.conversions(ConversionFilter(withRepeats: true)).map(\.id) == [sale.conversion.id])
        },
        Self(name: "a replay keeps the order of a history") { store async throws in
            let (first, second, third) = try await history(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            func due() async throws -> [DeliveryID] { try await store.due("main", at: at, leavingOut: [], limit: 9).map(\.id) }
            for delivery in [first, second, third] { try await store.record(StoreSamples.result(delivery, .dead)) }
            #expect(try await store.requeue([third, first, second], at: at) == 3)
            for (index, delivery) in [first, second, third].enumerated() {
                #expect(try await due() == [delivery])
                #expect(try await store.record(StoreSamples.result(delivery, .delivered, round: 1)) == (index < 2))
            }
            #expect(try await store.requeue([second], at: at) == 1)
            #expect(try await due() == [second])
            // The one that was under way does not come back before the one it must follow.
            #expect(try await store.requeue([first], at: at) == 1)
            #expect(try await due() == [first])
            try await store.record(StoreSamples.result(second, .pending, next: .seconds(1), round: 2))
            #expect(try await due() == [first])
            #expect(try await store.record(StoreSamples.result(first, .delivered, round: 2)))
            #expect(try await due() == [second])
        },
        Self(name: "a correction that was handed out is not in its turn once an earlier delivery is made due again") { store async throws in
            let (first, second, third) = try await history(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            try await store.record(StoreSamples.result(first, .rejected))
            let handedOut = try #require(try await store.due("main", at: at, leavingOut: [], limit: 9).first)
            #expect(handedOut.id == second && handedOut.isCorrection && handedOut.predecessor == .rejected)
            #expect(try await store.isInTurn(second, after: .rejected))
            #expect(try await !store.isInTurn(third, after: .rejected), "it is held")
            #expect(try await store.requeue([first], at: at) == 1)
            #expect(try await !store.isInTurn(second, after: .rejected))
            // What was decided about it before does not end it while it is held.
            try await store.record(AttemptResult(delivery: second, state: .skipped, reason: "never arrived", at: at))
            #expect(try await store.record(StoreSamples.result(first, .delivered, round: 1)))
            #expect(try await !store.isInTurn(second, after: .rejected), "the first is there now")
            #expect(try await store.isInTurn(second, after: .delivered))
            try await store.record(StoreSamples.result(second, .delivered))
            #expect(try await !store.isInTurn(second, after: .delivered), "it has ended")
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 9).map(\.id) == [third])
        },
        Self(name: "a result of an earlier round changes nothing but the log") { store async throws in
            let sent = StoreSamples.submission(1)
            #expect(try await store.accept(sent) == .stored)
            let delivery = StoreSamples.main(sent)
            #expect(try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 9).map(\.round) == [0])
            try await store.record(StoreSamples.result(delivery, .dead, round: 0))
            #expect(try await store.requeue([delivery], at: StoreSamples.start) == 1)
            #expect(try await store.due("main", at: StoreSamples.start, leavingOut: [], limit: 9).map(\.round) == [1])
            try await store.record(StoreSamples.result(delivery, .delivered, round: 0))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
            #expect(try await store.attempts(of: delivery).map(\.number) == [1, 2])
            try await store.record(StoreSamples.result(delivery, .delivered, round: 1))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
            #expect(try await store.attempts(of: delivery).map(\.number) == [1, 2, 3])
        },
        Self(name: "a correction's delivery that is added waits for the earlier ones too") { store async throws in
            let (first, second, _) = try await history(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            for delivery in [first, second] {
                try await store.addDelivery(DeliveryID(conversion: delivery.conversion, destination: "later"), at: at)
            }
            #expect(try await store.due("later", at: at, leavingOut: [], limit: 9).map(\.id.conversion) == [first.conversion])
        },
    ]

    /// A conversion with two corrections, all pending at one destination.
    private static func history(
        _ store: any ConversionStore, from number: UInt64 = 1, keys: [DuplicateKey] = [StoreSamples.key(1)]
    ) async throws -> (DeliveryID, DeliveryID, DeliveryID) {
        // The ids go backwards: the order of a history is the order of its commits.
        let messages = [("lead", 2), ("approved", 1), ("refunded", 0)].map {
            StoreSamples.message(number + $0.1, $0.0, keys: keys)
        }
        #expect(try await store.accept(messages[0]) == .stored)
        for message in messages.dropFirst() {
            #expect(try await store.accept(message) == .corrected(messages[0].conversion.id, by: message.conversion.id))
        }
        return (StoreSamples.main(messages[0]), StoreSamples.main(messages[1]), StoreSamples.main(messages[2]))
    }
}
