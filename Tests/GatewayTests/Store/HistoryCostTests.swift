import Dispatch
import GRDB
import GRDBSQLite
import Mappings
import Rules
import Synchronization
import Testing

@testable import Gateway

/// A correction costs the same however many came before it. Rows and instructions are counted, no time is taken.
struct HistoryCostTests {
    /// How one more correction comes, and what its tracker did so far.
    enum Way: CaseIterable { case byKey, byOrder, asRepeat, allDelivered }

    @Test(arguments: Way.allCases) func `the embedded store does as much for step 900 as for step 10`(_ way: Way) async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            let meter = Meter()
            try await store.pool.writeWithoutTransaction { meter.attach(to: try #require($0.sqliteConnection)) }
            let costs = try await Self.costs(way, store) { meter.instructions.withLock { $0 } }
            #expect(costs.late - costs.early <= 100, "\(costs)")
            await store.close()
        }
    }

    @Test(arguments: Way.allCases) func `PostgreSQL reads no more of the history for step 900 than for step 10`(_ way: Way) async throws {
        let server = try PostgresServer.shared.get()
        try await withPostgres { store, database in
            // Of a few rows it would rather read the whole table.
            try server.query("ALTER DATABASE \"\(database)\" SET enable_seqscan = off", in: database)
            let other = try PostgresConversionStore(server.address(database))
            let costs = try await Self.costs(way, other) {
                // The counts of a session arrive when it ends, or when it says so.
                for lane in [other.intakeLane, other.resultLane] {
                    try await lane.perform { connection, _ throws(PostgresFailure) in
                        _ = try connection.run(sql: "SELECT pg_stat_force_next_flush()")
                        _ = try connection.run(sql: "SELECT 1")
                    }
                }
                let rows = try server.query(
                    """
                    SELECT ((SELECT sum(seq_tup_read) FROM pg_stat_user_tables)
                        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes))::text
                    """, in: database)
                return try #require(Int(rows[0]))
            }
            // Ten walks of the history would read 8,900 rows more. The counts are those of the whole database: what its nodes look up by the
            // clock is in them, and the planner may choose another index meanwhile.
            #expect(costs.late - costs.early <= 500, "\(costs)")
            await other.close()
        }
    }

    /// What ten corrections cost from step 10 and from step 900 on.
    private static func costs(
        _ way: Way, _ store: any ConversionStore, _ count: () async throws -> Int
    ) async throws -> (early: Int, late: Int) {
        let keys = way == .byOrder ? [] : [StoreSamples.key(1)]
        let first = StoreSamples.message(1, "approved", keys: keys)
        #expect(try await store.accept(first) == .stored)
        if way == .allDelivered { try await store.record(StoreSamples.result(StoreSamples.main(first), .delivered)) }
        func correct(_ number: UInt64) async throws {
            let message = StoreSamples.message(number + 1, "s-\(number)", keys: keys)
            if way == .asRepeat {
                #expect(try await store.accept(message) == .corrected(first.conversion.id, by: message.conversion.id))
            } else {
                #expect(try await store.correct(message) == .applied(first.conversion.id, correction: message.conversion.id))
            }
        }
        func deliver(_ number: UInt64) async throws {
            guard way == .allDelivered else { return }
            try await store.record(StoreSamples.result(StoreSamples.main(StoreSamples.message(number + 1, "")), .delivered))
        }
        func cost(of numbers: ClosedRange<UInt64>) async throws -> Int {
            var cost = 0
            for number in numbers {
                cost -= try await count()
                try await correct(number)
                cost += try await count()
                try await deliver(number)
            }
            return cost
        }
        for number: UInt64 in 1...9 {
            try await correct(number)
            try await deliver(number)
        }
        let early = try await cost(of: 10...19)
        for number: UInt64 in 20...899 {
            try await correct(number)
            try await deliver(number)
        }
        return (early, try await cost(of: 900...909))
    }

    @Test func `a sale shares a commit with few others' corrections, however many sales take what waited for them`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            for number: UInt64 in 1...20 {
                for step: UInt64 in 1...50 {
                    let early = StoreSamples.message(
                        number * 1000 + step, "s-\(step)", orderID: "order-\(number)", keys: [StoreSamples.key(number)])
                    #expect(try await store.correct(early) == .waiting)
                }
            }
            let meter = Meter()
            try await store.pool.writeWithoutTransaction { meter.attach(to: try #require($0.sqliteConnection)) }
            // All sales wait while this write is under way, and so share what comes next.
            let held = HeldWrite()
            async let blocked: Void = store.write { _ in held.enter() }
            await held.isEntered()
            let plain = StoreSamples.submission(30, keys: [StoreSamples.key(30)])
            try await withThrowingTaskGroup(of: Acceptance.self) { group in
                for number: UInt64 in 1...20 {
                    let sale = StoreSamples.message(number, "approved", orderID: "order-\(number)", keys: [StoreSamples.key(number)])
                    group.addTask { try await store.accept(sale) }
                }
                #expect(try await eventually { store.queued == 21 ? true : nil } == true)
                group.addTask { try await store.accept(plain) }
                #expect(try await eventually { store.queued == 22 ? true : nil } == true)
                held.open()
                for try await acceptance in group { #expect(acceptance == .stored) }
            }
            try await blocked
            // The held write's own, and one for each two sales.
            #expect(meter.commits.withLock { $0 } == 11)
            let history = try await store.conversions(ConversionFilter(limit: 100))
            #expect(history.count == 21 && history.allSatisfy { $0.orderID == "order-30" || $0.status == "s-50" })
            // The plain sale came last, and is in the first of them: before it two sales were stored, each with its corrections.
            let before = try await store.read { database in
                try database.rows(
                    "SELECT count(*) FROM content WHERE id < (SELECT content FROM conversion WHERE id = ?1)", [plain.conversion.id.sql]
                ) { $0.int(0) }
            }
            #expect(before == [102])
            await store.close()
        }
    }
}

/// Counts what a connection does.
private final class Meter: Sendable {
    let instructions = Mutex(0)
    let commits = Mutex(0)

    func attach(to connection: OpaquePointer) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_trace_v2(
            connection, UInt32(SQLITE_TRACE_PROFILE),
            { _, context, statement, _ in
                guard let context, let statement else { return 0 }
                let steps = sqlite3_stmt_status(OpaquePointer(statement), SQLITE_STMTSTATUS_VM_STEP, 1)
                Unmanaged<Meter>.fromOpaque(context).takeUnretainedValue().instructions.withLock { $0 += Int(steps) }
                return 0
            }, context)
        sqlite3_commit_hook(
            connection,
            { context in
                guard let context else { return 0 }
                Unmanaged<Meter>.fromOpaque(context).takeUnretainedValue().commits.withLock { $0 += 1 }
                return 0
            }, context)
    }
}

/// Holds a write until it is opened.
private final class HeldWrite: Sendable {
    private let entered = AsyncStream.makeStream(of: Void.self)
    private let lock = DispatchSemaphore(value: 0)

    func enter() {
        entered.continuation.finish()
        lock.wait()
    }
    func isEntered() async { for await _ in entered.stream {} }
    func open() { lock.signal() }
}
