import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

/// Two gateways on one database, each with a store object of its own.
struct PostgresNodesTests {
    /// - Parameter limits: those of the first.
    private func withTwo(
        _ limits: PostgresLimits = PostgresLimits(),
        _ body: (_ one: PostgresConversionStore, _ two: PostgresConversionStore, _ database: String) async throws -> Void
    ) async throws {
        try await withPostgres(limits) { one, database in
            let two = try PostgresConversionStore(PostgresServer.shared.get().address(database))
            do {
                try await body(one, two, database)
            } catch {
                await two.close()
                throw error
            }
            await two.close()
        }
    }

    private static let later = StoreSamples.start.advanced(by: .seconds(3600))

    @Test func `200 equal submissions at once on two nodes make one conversion and one delivery`() async throws {
        try await withTwo { one, two, _ in
            let outcomes = try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number: UInt64 in 1...200 {
                    let store = number % 2 == 0 ? one : two
                    group.addTask { try await store.accept(StoreSamples.submission(number, keys: [StoreSamples.key(7)])) }
                }
                return try await group.reduce(into: [Acceptance]()) { $0.append($1) }
            }
            let stored = try await two.conversions(ConversionFilter())
            #expect(stored.count == 1)
            let first = try #require(stored.first).id
            #expect(outcomes.count { $0 == .stored } == 1)
            #expect(outcomes.count { $0 == .duplicate(of: first, sameContent: true) } == 199)
            #expect(try await one.repeats(of: first).map(\.count) == [199])
            #expect(try await one.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        }
    }

    @Test func `a sale that comes to two nodes at once while its refund waits is stored once, with the refund`() async throws {
        try await withTwo { one, two, _ in
            for round: UInt64 in 1...40 {
                let (keys, order) = ([StoreSamples.key(round)], "order-\(round)")
                func message(_ number: UInt64, _ status: String, _ policy: RepeatPolicy) -> Submission {
                    StoreSamples.message(round * 10 + number, status, policy: policy, orderID: order, keys: keys)
                }
                #expect(try await one.correct(message(0, "refunded", .update)) == .waiting)
                async let first = one.accept(message(1, "approved", .ignore))
                async let second = two.accept(message(2, "approved", .ignore))
                let outcomes = try await [first, second]
                #expect(outcomes.count { $0 == .stored } == 1)
                let rows = try await two.conversions(ConversionFilter(orderID: order))
                #expect(rows.map(\.status) == ["refunded"])
                let stored = try #require(rows.first).id
                #expect(outcomes.contains(.duplicate(of: stored, sameContent: true)))
                #expect(try await two.history(of: stored).count == 2)
            }
        }
    }

    @Test func `a correction that one node holds stays with it while its replayed sale goes first`() async throws {
        try await withTwo { one, two, _ in
            let (sale, correction) = (StoreSamples.message(1, "pending"), StoreSamples.message(2, "approved", after: .seconds(2)))
            #expect(try await one.accept(sale) == .stored)
            #expect(try await one.accept(correction) == .corrected(sale.conversion.id, by: correction.conversion.id))
            let (first, second) = (StoreSamples.main(sale), StoreSamples.main(correction))
            #expect(try await one.record(StoreSamples.result(first, .delivered)))
            // In the first node's memory, or under way.
            #expect(try await one.due("main", at: Self.later, leavingOut: [], limit: 9).map(\.id) == [second])
            #expect(try await two.requeue([first, second], at: Self.later) == 2)
            #expect(try await two.due("main", at: Self.later, leavingOut: [], limit: 9).map(\.id) == [first])
            #expect(try await two.record(StoreSamples.result(first, .delivered, round: 1)))
            #expect(try await two.due("main", at: Self.later, leavingOut: [], limit: 9).isEmpty)
            #expect(try await two.requeue([second], at: Self.later) == 1)
            #expect(try await two.due("main", at: Self.later, leavingOut: [], limit: 9).isEmpty)
            #expect(try await one.due("main", at: Self.later, leavingOut: [second], limit: 9).isEmpty)
            try await one.record(StoreSamples.result(second, .delivered))
            #expect(try await one.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 2)])
        }
    }

    /// 30 conversions with two keys each; each key is also a key of another conversion.
    private static func submit(_ store: PostgresConversionStore, first: UInt64) async -> (stored: Int, failures: [StoreError]) {
        var (stored, failures) = (0, [StoreError]())
        for number in first..<first + 30 {
            let keys = [UInt64.random(in: 0..<300), UInt64.random(in: 300..<600)].shuffled().map { StoreSamples.key($0) }
            do throws(StoreError) {
                let outcome = try await store.accept(StoreSamples.submission(number, keys: keys, content: UInt64.random(in: 0...2)))
                if outcome == .stored { stored += 1 }
            } catch {
                failures.append(error)
            }
        }
        return (stored, failures)
    }

    @Test func `batches whose keys overlap in any order do not block each other`() async throws {
        try await withTwo { one, two, _ in
            var stored = 0
            var failures: [StoreError] = []
            await withTaskGroup(of: (stored: Int, failures: [StoreError]).self) { group in
                for worker: UInt64 in 0..<40 {
                    group.addTask { await Self.submit(worker % 2 == 0 ? one : two, first: worker * 1000 + 1) }
                }
                for await tally in group {
                    stored += tally.stored
                    failures += tally.failures
                }
            }
            #expect(failures == [])
            let rows = try await one.conversions(ConversionFilter(limit: 10_000))
            #expect(rows.count == stored)
            var repeats = 0
            for row in rows { repeats += try await two.repeats(of: row.id).reduce(0) { $0 + $1.count } }
            #expect(stored + repeats == 1200)
        }
    }

    @Test func `no other node gets what a live node holds, and any node gets what it gives back`() async throws {
        try await withTwo { one, two, _ in
            for number: UInt64 in 1...10 { _ = try await one.accept(StoreSamples.submission(number)) }
            #expect(try await two.nextDue().isEmpty)
            #expect(try await two.due("main", at: Self.later, leavingOut: [], limit: 100).isEmpty)
            #expect(try await one.nextDue() == ["main": StoreSamples.start])
            let own = try await one.due("main", at: Self.later, leavingOut: [], limit: 4)
            #expect(own.count == 4)
            // Any node may get a retry.
            try await one.record(StoreSamples.result(own[0].id, .pending, next: .seconds(30)))
            #expect(try await two.nextDue() == ["main": StoreSamples.start.advanced(by: .seconds(30))])
            #expect(try await two.due("main", at: Self.later, leavingOut: [], limit: 100).map(\.id) == [own[0].id])
            #expect(try await one.due("main", at: Self.later, leavingOut: [], limit: 100).count == 9)
            await one.close()
            #expect(try await two.due("main", at: Self.later, leavingOut: [own[0].id], limit: 100).count == 9)
        }
    }

    @Test func `a dead node's work is taken over, each piece by one node`() async throws {
        // Renewed every twenty minutes, so not during the test.
        var limits = PostgresLimits()
        limits.lease = .seconds(3600)
        try await withTwo(limits) { one, two, database in
            let server = try PostgresServer.shared.get()
            for number: UInt64 in 1...300 { _ = try await one.accept(StoreSamples.submission(number)) }
            let three = try PostgresConversionStore(server.address(database))
            try server.query(
                "UPDATE node SET lease_until = now() - interval '1 s' WHERE id = (SELECT node FROM delivery LIMIT 1)", in: database)
            #expect(try await two.nextDue() == ["main": StoreSamples.start])
            let claimed = try await withThrowingTaskGroup(of: [DeliveryID].self) { group in
                for store in [two, three] {
                    group.addTask {
                        var mine: Set<DeliveryID> = []
                        while true {
                            let more = try await store.due("main", at: Self.later, leavingOut: mine, limit: 7)
                            if more.isEmpty { return Array(mine) }
                            mine.formUnion(more.map(\.id))
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(claimed.map(\.count).reduce(0, +) == 300)
            #expect(Set(claimed.flatMap { $0 }).count == 300)
            await three.close()
        }
    }

    @Test func `a node that slept past its lease notices, and has lost what others took`() async throws {
        let server = try PostgresServer.shared.get()
        var limits = PostgresLimits()
        limits.lease = .milliseconds(900)
        try await withPostgres(limits) { one, database in
            let two = try PostgresConversionStore(server.address(database))
            _ = try await one.accept(StoreSamples.submission(1))
            let before = one.claimEpoch
            #expect(one.holdsClaims)
            // As if the machine had slept: the row of the node says that its lease has ended.
            try server.query(
                "UPDATE node SET lease_until = now() - interval '1 s' WHERE id = (SELECT node FROM delivery LIMIT 1)", in: database)
            let taken = try await two.due("main", at: Self.later, leavingOut: [], limit: 10)
            _ = try await eventually { one.claimEpoch > before ? true : nil }
            #expect(one.claimEpoch == before + 1)
            #expect(try await one.due("main", at: Self.later, leavingOut: [], limit: 10).count + taken.count == 1)
            await two.close()
        }
    }

    @Test func `a node without its server holds nothing once the lease has run out`() async throws {
        let server = try PostgresServer()
        var limits = PostgresLimits()
        limits.lease = .seconds(1)
        let store = try PostgresConversionStore(server.address(server.database()), limits: limits)
        #expect(store.holdsClaims)
        server.stop()
        #expect(try await eventually(within: .seconds(5)) { store.holdsClaims ? nil : true } == true)
        try server.start()
        #expect(try await eventually(within: .seconds(10)) { store.holdsClaims ? true : nil } == true)
        await store.close()
        server.stop()
    }

    @Test func `rows of nodes that are gone are folded up and their sums stay`() async throws {
        try await withTwo { one, two, database in
            let server = try PostgresServer.shared.get()
            for number: UInt64 in 1...3 { _ = try await one.accept(StoreSamples.submission(number)) }
            let all = try await one.due("main", at: Self.later, leavingOut: [], limit: 10)
            for delivery in all { try await one.record(StoreSamples.result(delivery.id, .delivered)) }
            await one.close()
            try server.query("UPDATE node SET lease_until = now() - interval '1 hour' WHERE lease_until < now()", in: database)
            try two.sweep()
            #expect(try server.query("SELECT count(*)::text FROM node", in: database) == ["1"])
            #expect(try await two.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 3)])
        }
    }
}
