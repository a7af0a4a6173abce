import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    static let delivering: [Self] = [
        Self(name: "due deliveries come oldest first, without those left out") { store async throws in
            for number: UInt64 in 1...5 {
                _ = try await store.accept(StoreSamples.submission(number, after: .seconds(Int(number)), destinations: ["main", "voluum"]))
            }
            let at = StoreSamples.start.advanced(by: .seconds(4))
            let all = try await store.due("main", at: at, leavingOut: [], limit: 10)
            #expect(all.map(\.id.conversion) == (1...4).map { StoreSamples.id($0, at: StoreSamples.start.advanced(by: .seconds(Int($0)))) })
            #expect(all.first?.document == StoreSamples.submission(1).conversion.document)
            #expect(all.allSatisfy { $0.attempts == 0 && $0.id.destination == "main" })
            let rest = try await store.due("main", at: at, leavingOut: [all[0].id, all[2].id], limit: 1)
            #expect(rest.map(\.id) == [all[1].id])
            #expect(try await store.due("main", at: at, leavingOut: Set(all.map(\.id)), limit: 10).isEmpty)
            #expect(try await store.due("nobody", at: at, leavingOut: [], limit: 10).isEmpty)
            let next = try await store.nextDue()
            #expect(next == ["main": StoreSamples.start.advanced(by: .seconds(1)), "voluum": StoreSamples.start.advanced(by: .seconds(1))])
        },
        Self(name: "what is due later than its attempts explain is brought forward") { store async throws in
            let start = StoreSamples.start
            for number: UInt64 in 1...4 { _ = try await store.accept(StoreSamples.submission(number, destinations: ["main", "voluum"])) }
            // 1 was never tried, 2 and 3 failed once, 4 failed twice.
            func id(_ number: UInt64) -> DeliveryID { DeliveryID(conversion: StoreSamples.id(number), destination: "main") }
            func fail(_ number: UInt64, due: Int) async throws {
                try await store.record(
                    AttemptResult(
                        delivery: id(number), state: .pending, nextAttempt: start.advanced(by: .seconds(due)),
                        attempt: StoreSamples.attempt()))
            }
            try await fail(2, due: 20)
            try await fail(3, due: 40)
            try await fail(4, due: 40)
            try await fail(4, due: 70)
            let now = start.advanced(by: .seconds(-3600))
            let latest = [start.advanced(by: .seconds(-1)), start.advanced(by: .seconds(30)), start.advanced(by: .seconds(60))]
            #expect(try await store.bringForward("main", dueAfter: latest, to: now) == 3)
            #expect(try await store.bringForward("main", dueAfter: latest, to: now) == 0)
            #expect(try await store.bringForward("nobody", dueAfter: latest, to: now) == 0)
            let due = try await store.due("main", at: now, leavingOut: [], limit: 10)
            #expect(due.map(\.id) == [id(1), id(3), id(4)])
            #expect(due.map(\.attempts) == [0, 1, 2])
            #expect(try await store.due("voluum", at: now, leavingOut: [], limit: 10).isEmpty)
            #expect(try await store.due("main", at: start.advanced(by: .seconds(20)), leavingOut: [], limit: 10).count == 4)
        },
        Self(name: "a pause holds until it is resumed, and its reason can be changed") { store async throws in
            #expect(try await store.controls().isEmpty)
            try await store.setPaused("main", reason: "maintenance", at: StoreSamples.start)
            try await store.setPaused("audit", reason: "", at: StoreSamples.start)
            try await store.setPaused("main", reason: "still", at: StoreSamples.start.advanced(by: .seconds(5)))
            // A second pause without a reason leaves the first one's.
            try await store.setPaused("main", reason: "", at: StoreSamples.start.advanced(by: .seconds(6)))
            #expect(
                try await store.controls() == [
                    DestinationControl(destination: "audit", pausedAt: StoreSamples.start, reason: ""),
                    DestinationControl(destination: "main", pausedAt: StoreSamples.start, reason: "still"),
                ])
            try await store.setPaused("main", reason: nil, at: StoreSamples.start)
            try await store.setPaused("nobody", reason: nil, at: StoreSamples.start)
            #expect(try await store.controls().map(\.destination) == ["audit"])
        },
        Self(name: "a report replaces the last one") { store async throws in
            let well = StoreSamples.report("main")
            var ill = StoreSamples.report("voluum")
            ill.breaker = .halfOpen
            ill.openedAt = StoreSamples.start
            ill.probeAt = StoreSamples.start.advanced(by: .seconds(1))
            ill.failures = 12
            ill.reason = "no answer within 15s"
            ill.rate = "8/s"
            ill.isDryRun = true
            ill.lastStatus = 503
            ill.answeredAt = StoreSamples.start
            try await store.report([well, ill])
            var found = try await store.reports()
            for index in found.indices { found[index].node = "" }
            #expect(found == [well, ill])
            try await store.report([ill])
            #expect(try await store.reports().map(\.destination) == ["voluum"])
            try await store.report([])
            #expect(try await store.reports().isEmpty)
        },
        Self(name: "the oldest pending conversion of each destination is known") { store async throws in
            #expect(try await store.oldestPending().isEmpty)
            for number: UInt64 in 1...3 {
                _ = try await store.accept(StoreSamples.submission(number, after: .seconds(Int(number)), destinations: ["main", "voluum"]))
            }
            let first = DeliveryID(conversion: StoreSamples.submission(1, after: .seconds(1)).conversion.id, destination: "main")
            try await store.record([StoreSamples.result(first, .delivered)])
            #expect(
                try await store.oldestPending() == [
                    "main": StoreSamples.start.advanced(by: .seconds(2)), "voluum": StoreSamples.start.advanced(by: .seconds(1)),
                ])
        },
        Self(name: "many results are recorded together, each as it would be alone") { store async throws in
            var ids: [DeliveryID] = []
            for number: UInt64 in 1...3 {
                let sent = StoreSamples.submission(number)
                _ = try await store.accept(sent)
                ids.append(DeliveryID(conversion: sent.conversion.id, destination: "main"))
            }
            let unknown = DeliveryID(conversion: StoreSamples.id(99), destination: "main")
            try await store.record([
                StoreSamples.result(ids[0], .delivered), StoreSamples.result(unknown, .delivered),
                StoreSamples.result(ids[1], .pending, next: .seconds(30)), StoreSamples.result(ids[2], .dead),
            ])
            try await store.record([])
            #expect(try await store.deliveries(DeliveryFilter(ascending: true)).map(\.state) == [.delivered, .pending, .dead])
            #expect(try await store.attempts(of: ids[1]).count == 1)
            #expect(store.holdsClaims)
        },
        Self(name: "a retry waits for its time") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(30), reason: "replied 503"))
            #expect(try await store.due("main", at: StoreSamples.start.advanced(by: .seconds(29)), leavingOut: [], limit: 10).isEmpty)
            let due = try await store.due("main", at: StoreSamples.start.advanced(by: .seconds(30)), leavingOut: [], limit: 10)
            #expect(due.map(\.attempts) == [1])
            #expect(try await store.nextDue() == ["main": StoreSamples.start.advanced(by: .seconds(30))])
            let row = try await store.deliveries(DeliveryFilter()).first
            #expect(row?.reason == "replied 503")
            #expect(row?.changedAt == StoreSamples.start.advanced(by: .microseconds(1_001_500)))
        },
        Self(name: "a delivered one is not owed any more and its attempts are listed") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(5)))
            let last = StoreSamples.attempt(.delivered, status: 200, after: .seconds(6))
            try await store.record(StoreSamples.result(delivery, .delivered, remoteID: "r-1", attempt: last))
            #expect(try await store.nextDue().isEmpty)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
            let row = try await store.deliveries(DeliveryFilter(state: .delivered)).first
            #expect(row?.attempts == 2)
            #expect(row?.remoteID == "r-1")
            #expect(row?.nextAttempt == nil)
            var second = last
            second.number = 2
            #expect(try await store.attempts(of: delivery) == [StoreSamples.attempt(), second])
        },
        Self(name: "an attempt without its request has none") { store async throws in
            let delivery = try await queued(store)
            var attempt = StoreSamples.attempt(.delivered, status: 200)
            attempt.request = nil
            try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt))
            #expect(try await store.attempts(of: delivery) == [attempt])
        },
        Self(name: "a skip needs no attempt") { store async throws in
            let delivery = try await queued(store)
            var skip = StoreSamples.result(delivery, .skipped, reason: "no click_id", attempt: nil)
            skip.at = StoreSamples.start.advanced(by: .seconds(2))
            try await store.record(skip)
            let row = try await store.deliveries(DeliveryFilter(state: .skipped)).first
            #expect(row?.reason == "no click_id")
            #expect(row?.attempts == 0)
            #expect(row?.changedAt == StoreSamples.start.advanced(by: .seconds(2)))
            #expect(try await store.attempts(of: delivery).isEmpty)
        },
        Self(name: "a late result never takes a delivery back") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(delivery, .delivered))
            for late in [DeliveryState.pending, .dead, .rejected, .skipped] {
                try await store.record(StoreSamples.result(delivery, late, next: .seconds(5)))
            }
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
            #expect(try await store.attempts(of: delivery).map(\.number) == [1, 2, 3, 4, 5])
            #expect(try await store.nextDue().isEmpty)
        },
        Self(name: "a late success wins over giving up") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(delivery, .dead))
            try await store.record(StoreSamples.result(delivery, .delivered))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
        },
        Self(name: "a result for an unknown delivery is dropped") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(DeliveryID(conversion: StoreSamples.id(9), destination: "main"), .delivered))
            try await store.record(StoreSamples.result(DeliveryID(conversion: delivery.conversion, destination: "nobody"), .delivered))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        },
        Self(name: "the last 50 attempts are kept") { store async throws in
            let delivery = try await queued(store)
            for _ in 1...55 { try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(1))) }
            #expect(try await store.attempts(of: delivery).map(\.number) == Array(6...55))
        },
        Self(name: "what is unconfirmed is kept, counted, listed, and sent again only if it is asked for") { store async throws in
            let delivery = try await queued(store)
            let attempt = StoreSamples.attempt(.unconfirmed, status: 200)
            try await store.record(StoreSamples.result(delivery, .unconfirmed, reason: "a page", attempt: attempt))
            let later = StoreSamples.start.advanced(by: .seconds(1_000_000))
            #expect(try await store.due("main", at: later, leavingOut: [], limit: 10).isEmpty)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .unconfirmed, count: 1)])
            #expect(try await store.attempts(of: delivery).map(\.outcome) == [.unconfirmed])
            func rows(_ filter: DeliveryFilter) async throws -> [String] {
                try await store.deliveries(filter).map { "\($0.state.rawValue) \($0.reason ?? "")" }
            }
            for filter in [DeliveryFilter(), DeliveryFilter(state: .unconfirmed), DeliveryFilter(failed: true)] {
                #expect(try await rows(filter) == ["unconfirmed a page"])
                #expect(try await store.count(filter) == 1)
            }
            var sure = DeliveryFilter(failed: true)
            sure.leavingUnconfirmed = true
            #expect(try await rows(sure).isEmpty)
            #expect(try await rows(DeliveryFilter(state: .dead)).isEmpty)
            #expect(try await store.conversions(ConversionFilter(state: .unconfirmed)).count == 1)
            #expect(try await store.requeue(try await store.deliveries(DeliveryFilter()).map { Requeue($0) }, at: later) == 1)
            #expect(try await store.due("main", at: later, leavingOut: [], limit: 10).map(\.id) == [delivery])
            try await store.record(StoreSamples.result(delivery, .delivered, round: 1))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
        },
        Self(name: "a requeue starts the schedule again and the log goes on") { store async throws in
            let delivery = try await queued(store)
            for _ in 1...2 { try await store.record(StoreSamples.result(delivery, .dead, reason: "gave up")) }
            let at = StoreSamples.start.advanced(by: .seconds(100))
            let unknown = DeliveryID(conversion: StoreSamples.id(9), destination: "main")
            #expect(try await store.requeue([delivery, unknown], at: at) == 1)
            let due = try await store.due("main", at: at, leavingOut: [], limit: 10)
            #expect(due.map(\.id) == [delivery])
            #expect(due.map(\.attempts) == [0])
            try await store.record(StoreSamples.result(delivery, .delivered, round: 1))
            #expect(try await store.attempts(of: delivery).map(\.number) == [1, 2, 3])
            let row = try await store.deliveries(DeliveryFilter()).first
            #expect(row?.attempts == 1)
            #expect(row?.tries == 3)
            #expect(row?.reason == nil)
            #expect(try await store.requeue([], at: at) == 0)
        },
        Self(name: "a pending delivery is only made due sooner, and the result of the try under way counts") { store async throws in
            let delivery = try await queued(store)
            try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(600), reason: "busy"))
            let at = StoreSamples.start.advanced(by: .seconds(100))
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 10).isEmpty)
            #expect(try await store.requeue([delivery], at: at) == 1)
            let due = try await store.due("main", at: at, leavingOut: [], limit: 10)
            #expect(due.map(\.id) == [delivery] && due.map(\.attempts) == [1] && due.map(\.round) == [0])
            #expect(try await store.requeue([delivery], at: at) == 1)
            #expect(try await store.due("main", at: at, leavingOut: [delivery], limit: 10).isEmpty)
            #expect(try await store.deliveries(DeliveryFilter()).map(\.reason) == ["busy"])
            try await store.record(StoreSamples.result(delivery, .delivered))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
            #expect(try await store.due("main", at: at, leavingOut: [], limit: 10).isEmpty)
        },
        Self(name: "a delivery that has ended since it was looked at stays as it is") { store async throws in
            let delivery = try await queued(store)
            let at = StoreSamples.start.advanced(by: .seconds(100))
            let pending = try await store.deliveries(DeliveryFilter()).map { Requeue($0) }
            try await store.record(StoreSamples.result(delivery, .dead))
            let dead = try await store.deliveries(DeliveryFilter()).map { Requeue($0) }
            #expect(try await store.requeue(pending, at: at) == 0)
            #expect(try await store.requeue(dead + dead, at: at) > 0)
            try await store.record(StoreSamples.result(delivery, .delivered, round: 1))
            #expect(try await store.requeue(dead, at: at) == 0)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 1)])
        },
        Self(name: "a delivery can be added to a stored conversion") { store async throws in
            let delivery = try await queued(store)
            let added = DeliveryID(conversion: delivery.conversion, destination: "later")
            let at = StoreSamples.start.advanced(by: .seconds(50))
            for _ in 1...2 { try await store.addDelivery(added, at: at) }
            #expect(try await store.due("later", at: at, leavingOut: [], limit: 10).map(\.id) == [added])
            #expect(try await store.counts().map(\.count) == [1, 1])
            let nowhere = DeliveryID(conversion: StoreSamples.id(9), destination: "main")
            let error = await #expect(throws: StoreError.self) { try await store.addDelivery(nowhere, at: at) }
            #expect(error?.kind == .notFound)
            #expect(error?.description == "no conversion '\(nowhere.conversion)' is stored; list them with 'gateway conversions'")
        },
    ]

    /// A store with one pending delivery.
    private static func queued(_ store: any ConversionStore) async throws -> DeliveryID {
        let sent = StoreSamples.submission(1)
        #expect(try await store.accept(sent) == .stored)
        return DeliveryID(conversion: sent.conversion.id, destination: "main")
    }

    static let refusals: [Self] = [
        Self(name: "a refused request is kept with its reason") { store async throws in
            try await store.keep(StoreSamples.refused(1, source: "shop-de"))
            try await store.keep(StoreSamples.refused(2, code: "unauthorized"))
            let rows = try await store.refused(RefusedFilter())
            #expect(rows.map(\.refused.code) == ["unauthorized", "missing_field"])
            #expect(rows.map(\.refused.source) == [nil, "shop-de"])
            #expect(rows.last?.refused.request == StoreSamples.request("body"))
            #expect(rows.last?.refused.reason == "field 'order_id' is missing")
            #expect(rows.last?.refused.receivedAt == StoreSamples.start.advanced(by: .seconds(1)))
            #expect(try await store.refused(RefusedFilter(strangers: true)).map(\.refused.code) == ["unauthorized"])
            #expect(try await store.refused(RefusedFilter(source: "shop-de")).map(\.refused.code) == ["missing_field"])
            #expect(try await store.refused(RefusedFilter(id: rows.last?.id)).map(\.refused.code) == ["missing_field"])
            #expect(try await store.refused(RefusedFilter(code: "unauthorized", limit: 1)).count == 1)
        },
        Self(name: "strangers push out strangers only, oldest first") { store async throws in
            for number in 1...4 { try await store.keep(StoreSamples.refused(number, source: "shop-de")) }
            for number in 1...20 { try await store.keep(StoreSamples.refused(number)) }
            let known = try await store.refused(RefusedFilter(strangers: false, ascending: true))
            #expect(known.map(\.refused.receivedAt) == (1...4).map { StoreSamples.start.advanced(by: .seconds($0)) })
            let strangers = try await store.refused(RefusedFilter(strangers: true, ascending: true))
            #expect(strangers.map(\.refused.receivedAt) == (18...20).map { StoreSamples.start.advanced(by: .seconds($0)) })
            for number in 5...7 { try await store.keep(StoreSamples.refused(number, source: "shop-de")) }
            let now = try await store.refused(RefusedFilter(strangers: false, ascending: true))
            #expect(now.map(\.refused.receivedAt) == (3...7).map { StoreSamples.start.advanced(by: .seconds($0)) })
        },
        Self(name: "what reached no tracker has a share of its own, and each request gets its number") { store async throws in
            var numbers: [Int64?] = []
            for number in 1...2 { numbers.append(try await store.keep(StoreSamples.refused(number, source: "shop-de"))) }
            for number in 3...4 { numbers.append(try await store.keep(StoreSamples.refused(number))) }
            for number in 5...20 {
                var lost = StoreSamples.refused(number, code: "not_found")
                lost.tracker = nil
                numbers.append(try await store.keep(lost))
            }
            let unrouted = try await store.refused(RefusedFilter(unrouted: true, ascending: true))
            #expect(unrouted.map(\.refused.receivedAt) == (18...20).map { StoreSamples.start.advanced(by: .seconds($0)) })
            #expect(unrouted.map { Optional($0.id) } == Array(numbers.suffix(3)))
            let others = try await store.refused(RefusedFilter(unrouted: false, ascending: true))
            #expect(others.map { Optional($0.id) } == Array(numbers.prefix(4)))
            #expect(try await store.count(RefusedFilter(unrouted: true)) == 3)
            for number in 21...30 { try await store.keep(StoreSamples.refused(number)) }
            #expect(try await store.count(RefusedFilter(unrouted: true)) == 3)
            #expect(try await store.count(RefusedFilter(strangers: true, unrouted: false)) == 3)
            #expect(try await store.inspect().disagreements == [])
        },
        Self(name: "the keep is bounded in bytes too") { store async throws in
            let body = String(repeating: "x", count: 1700)
            for number in 1...3 { try await store.keep(StoreSamples.refused(number, source: "shop-de", body: body)) }
            let rows = try await store.refused(RefusedFilter(ascending: true))
            #expect(rows.map(\.refused.receivedAt) == (2...3).map { StoreSamples.start.advanced(by: .seconds($0)) })
        },
        Self(name: "a source that floods the keep pushes out its own requests, and the others keep theirs") { store async throws in
            try await store.keep(StoreSamples.refused(1, source: "shop-de"))
            try await store.keep(StoreSamples.refused(2, source: "shop-at", body: String(repeating: "a", count: 300)))
            let large = String(repeating: "x", count: 1200)
            for number in 3...30 { try await store.keep(StoreSamples.refused(number, source: "flood", body: large)) }
            func kept() async throws -> [String] {
                try await store.refused(RefusedFilter(ascending: true)).map {
                    "\($0.refused.source ?? "") \($0.refused.receivedAt.microseconds / 1_000_000 - StoreSamples.start.microseconds / 1_000_000)"
                }
            }
            #expect(try await kept() == ["shop-de 1", "shop-at 2", "flood 29", "flood 30"])
            // By number too, and what came last stays.
            for number in 31...40 { try await store.keep(StoreSamples.refused(number, source: "flood", body: "x")) }
            #expect(try await kept() == ["shop-de 1", "shop-at 2", "flood 38", "flood 39", "flood 40"])
            try await store.keep(StoreSamples.refused(41, source: "shop-at"))
            #expect(try await kept() == ["shop-de 1", "shop-at 2", "flood 39", "flood 40", "shop-at 41"])
            try await store.keep(StoreSamples.refused(42, source: "new", body: String(repeating: "y", count: 9000)))
            #expect(try await kept() == ["new 42"])
        },
        Self(name: "a request larger than the budget is kept with its body cut") { store async throws in
            try await store.keep(StoreSamples.refused(1, body: String(repeating: "x", count: 5000)))
            let row = try await store.refused(RefusedFilter()).first
            let kept = row?.refused.request.body.count ?? 0
            #expect((500...1000).contains(kept))
            #expect(row?.refused.reason == "field 'order_id' is missing (body kept up to \(kept) of 5000 bytes)")
            #expect(row?.refused.isCut == true)
            try await store.keep(StoreSamples.refused(2, source: "shop-de"))
            #expect(try await store.refused(RefusedFilter(source: "shop-de")).map(\.refused.isCut) == [false])
        },
        Self(name: "a refused request remembers what it became") { store async throws in
            try await store.keep(StoreSamples.refused(1, source: "shop-de"))
            let id = try await store.refused(RefusedFilter()).first?.id ?? 0
            let at = StoreSamples.start.advanced(by: .seconds(60))
            try await store.markReplayed(refused: id, as: StoreSamples.id(5), at: at)
            try await store.markReplayed(refused: id + 1000, as: StoreSamples.id(6), at: at)
            let row = try await store.refused(RefusedFilter()).first
            #expect(row?.replayedAs == StoreSamples.id(5))
            #expect(row?.replayedAt == at)
        },
    ]

    static let lists: [Self] = [
        Self(name: "conversions are listed newest first, by every filter") { store async throws in
            for number: UInt64 in 1...4 {
                var sent = StoreSamples.submission(number, source: number == 4 ? "shop-at" : "shop-de", after: .seconds(Int(number)))
                if number == 3 { sent.conversion.type = "lead" }
                if number == 2 { sent.conversion.status = "pending" }
                if number == 1 { sent.conversion.tracker = "trcker" }
                _ = try await store.accept(sent)
            }
            let id2 = StoreSamples.id(2, at: StoreSamples.start.advanced(by: .seconds(2)))
            try await store.record(StoreSamples.result(DeliveryID(conversion: id2, destination: "main"), .dead))
            func orders(_ filter: ConversionFilter) async throws -> [String?] { try await store.conversions(filter).map(\.orderID) }
            #expect(try await orders(ConversionFilter()) == ["order-4", "order-3", "order-2", "order-1"])
            #expect(try await orders(ConversionFilter(ascending: true, limit: 2, offset: 1)) == ["order-2", "order-3"])
            #expect(try await orders(ConversionFilter(limit: 2, offset: 3)) == ["order-1"])
            #expect(try await orders(ConversionFilter(source: "shop-at")) == ["order-4"])
            #expect(try await orders(ConversionFilter(source: "nobody")).isEmpty)
            #expect(try await orders(ConversionFilter(tracker: "trcker")) == ["order-1"])
            #expect(try await orders(ConversionFilter(type: "lead")) == ["order-3"])
            #expect(try await orders(ConversionFilter(status: "pending")) == ["order-2"])
            #expect(try await orders(ConversionFilter(orderID: "order-2")) == ["order-2"])
            #expect(try await orders(ConversionFilter(clickID: "click-3")) == ["order-3"])
            #expect(try await orders(ConversionFilter(clickID: "' OR 1=1 --")).isEmpty)
            let second = StoreSamples.start.advanced(by: .seconds(2))
            #expect(try await orders(ConversionFilter(since: second)) == ["order-4", "order-3", "order-2"])
            #expect(try await orders(ConversionFilter(until: second)) == ["order-1"])
            #expect(try await orders(ConversionFilter(state: .dead)) == ["order-2"])
            #expect(try await orders(ConversionFilter(state: .pending)) == ["order-4", "order-3", "order-1"])
            #expect(try await orders(ConversionFilter(state: .delivered)).isEmpty)
            #expect(try await orders(ConversionFilter(withRepeats: true)).isEmpty)
        },
        Self(name: "deliveries are listed newest first, by every filter") { store async throws in
            for number: UInt64 in 1...3 {
                let source = number == 3 ? "shop-at" : "shop-de"
                let after = Duration.seconds(Int(number))
                _ = try await store.accept(
                    StoreSamples.submission(number, source: source, after: after, destinations: ["voluum", "main"]))
            }
            let id2 = StoreSamples.id(2, at: StoreSamples.start.advanced(by: .seconds(2)))
            try await store.record(StoreSamples.result(DeliveryID(conversion: id2, destination: "main"), .rejected))
            func rows(_ filter: DeliveryFilter) async throws -> [String] {
                try await store.deliveries(filter).map { "\($0.orderID ?? "-") \($0.id.destination)" }
            }
            #expect(try await rows(DeliveryFilter(limit: 3)) == ["order-3 main", "order-3 voluum", "order-2 main"])
            #expect(try await rows(DeliveryFilter(ascending: true, limit: 2)) == ["order-1 main", "order-1 voluum"])
            #expect(try await rows(DeliveryFilter(conversion: id2)) == ["order-2 main", "order-2 voluum"])
            #expect(try await rows(DeliveryFilter(source: "shop-at")) == ["order-3 main", "order-3 voluum"])
            #expect(try await rows(DeliveryFilter(destination: "main")) == ["order-3 main", "order-2 main", "order-1 main"])
            #expect(try await rows(DeliveryFilter(state: .rejected)) == ["order-2 main"])
            #expect(try await rows(DeliveryFilter(destination: "main", state: .pending)) == ["order-3 main", "order-1 main"])
            let id3 = StoreSamples.id(3, at: StoreSamples.start.advanced(by: .seconds(3)))
            try await store.record(StoreSamples.result(DeliveryID(conversion: id3, destination: "main"), .dead))
            try await store.record(StoreSamples.result(DeliveryID(conversion: id3, destination: "voluum"), .skipped, attempt: nil))
            #expect(try await rows(DeliveryFilter(failed: true)) == ["order-3 main", "order-3 voluum", "order-2 main"])
            #expect(try await rows(DeliveryFilter(source: "shop-at", destination: "main", failed: true)) == ["order-3 main"])
            #expect(try await rows(DeliveryFilter(state: .skipped, failed: true)) == ["order-3 voluum"])
            #expect(try await rows(DeliveryFilter(orderID: "order-1")) == ["order-1 main", "order-1 voluum"])
            let third = StoreSamples.start.advanced(by: .seconds(3))
            #expect(try await rows(DeliveryFilter(since: third)) == ["order-3 main", "order-3 voluum"])
            #expect(try await rows(DeliveryFilter(until: StoreSamples.start.advanced(by: .seconds(2)), offset: 1)) == ["order-1 voluum"])
        },
    ]

    static let ending: [Self] = [
        Self(name: "a closed store refuses everything with a sentence") { store async throws in
            _ = try await store.accept(StoreSamples.submission(1))
            await store.close()
            await store.close()
            let write = await #expect(throws: StoreError.self) { try await store.accept(StoreSamples.submission(2)) }
            #expect(write?.kind == .closed)
            let read = await #expect(throws: StoreError.self) { try await store.counts() }
            #expect(read?.kind == .closed)
        },
        Self(name: "what was queued before closing is stored") { store async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number: UInt64 in 1...50 {
                    group.addTask {
                        do throws(StoreError) {
                            let outcome = try await store.accept(StoreSamples.submission(number))
                            #expect(outcome == .stored)
                        } catch {
                            #expect(error.kind == .closed)
                        }
                    }
                }
                group.addTask { await store.close() }
                try await group.waitForAll()
            }
        },
    ]
}
