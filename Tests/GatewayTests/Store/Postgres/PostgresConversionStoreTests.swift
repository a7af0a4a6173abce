import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

struct PostgresConversionStoreTests {
    @Test(
        arguments: ConversionStoreConformance.all + ConversionStoreConformance.upkeep + ConversionStoreConformance.rules
            + ConversionStoreConformance.sizes + ConversionStoreConformance.bounds)
    func `it does what every store must`(_ conformance: ConversionStoreConformance) async throws {
        var limits = PostgresLimits()
        limits.refused = ConversionStoreConformance.refusedLimits
        try await withPostgres(limits) { store, _ in try await conformance.check(store) }
    }

    @Test func `what is acknowledged is flushed, whatever the server's default`() async throws {
        let server = try PostgresServer.shared.get()
        #expect(try server.query("SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit'") == ["off"])
        #expect(try server.query("SHOW synchronous_commit") == ["on"])
        #expect(try server.query("SHOW fsync") == ["on"])
    }

    @Test func `everything is there for the next process`() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.database()
        let first = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
        let delivery = DeliveryID(conversion: first.conversion.id, destination: "main")
        let store = try PostgresConversionStore(server.address(database))
        _ = try await store.accept(first)
        _ = try await store.accept(StoreSamples.submission(2, keys: [StoreSamples.key(1)], content: 2))
        try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(5)))
        try await store.keep(StoreSamples.refused(1))
        await store.close()

        let again = try PostgresConversionStore(server.address(database))
        #expect(try await again.conversion(first.conversion.id) == first.conversion)
        #expect(try await again.request(of: first.conversion.id) == first.request)
        #expect(try await again.repeats(of: first.conversion.id).map(\.sameContent) == [false])
        #expect(try await again.attempts(of: delivery).count == 1)
        #expect(try await again.refused(RefusedFilter()).count == 1)
        #expect(try await again.nextDue() == ["main": StoreSamples.start.advanced(by: .seconds(5))])
        #expect(try await again.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])
        let third = StoreSamples.submission(3, keys: [StoreSamples.key(1)])
        #expect(try await again.accept(third) == .duplicate(of: first.conversion.id, sameContent: true))
        await again.close()
    }

    @Test func `a row that the database does not take fails alone`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            try server.query("ALTER TABLE delivery ADD CHECK (created_at % 1000000 <> 1000)", in: database)
            let stored = await withTaskGroup(of: Bool.self) { group in
                for number: UInt64 in 1...100 {
                    let after = number % 10 == 0 ? Duration.milliseconds(1) : .zero
                    let sent = StoreSamples.submission(number, after: after, keys: [StoreSamples.key(number)], destinations: ["d\(number)"])
                    group.addTask { (try? await store.accept(sent)) == .stored }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(stored == 90)
            #expect(try await store.conversions(ConversionFilter(limit: 1000)).count == 90)
            #expect(try await store.counts().map(\.count) == Array(repeating: 1, count: 90))
            #expect(try server.query("SELECT count(*)::text FROM duplicate_key", in: database) == ["90"])
        }
    }

    @Test func `of a hundred at once, one that the database does not take is refused alone and by name`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            try server.query("CREATE INDEX too_small ON conversion (click_id)", in: database)
            let refused = try await ConversionStoreConformance.sendAHundred(oneOf: 70_000, to: store)
            #expect(refused.map(\.kind) == [.unstorable])
            let place = "PostgreSQL database '\(database)' at 127.0.0.1:\(server.port)"
            #expect(refused.first?.description.hasPrefix("\(place) does not take this row: index row ") == true, "\(refused)")
            try await store.checkWritable()
        }
    }

    @Test func `an answer that the database cannot hold keeps back neither its own result nor others`() async throws {
        try await withPostgres { store, database in
            try PostgresServer.shared.get().query("ALTER TABLE attempt ADD CHECK (reply <> 'absurd')", in: database)
            var results: [AttemptResult] = []
            for number: UInt64 in 1...3 {
                let sent = StoreSamples.submission(number)
                #expect(try await store.accept(sent) == .stored)
                var attempt = StoreSamples.attempt(.delivered, status: 200)
                if number == 2 { attempt.reply = "absurd" }
                results.append(StoreSamples.result(StoreSamples.main(sent), .delivered, remoteID: "r-\(number)", attempt: attempt))
            }
            _ = try await store.record(results)
            let stored = try await store.deliveries(DeliveryFilter(ascending: true))
            #expect(stored.map(\.state) == [.delivered, .delivered, .delivered])
            #expect(stored.map(\.reason) == [nil, "the database cannot hold what was sent or answered", nil])
            #expect(stored.map(\.remoteID) == ["r-1", nil, "r-3"])
            #expect(try await store.attempts(of: results[1].delivery).map(\.reply) == [""])
            #expect(try await store.attempts(of: results[2].delivery).map(\.reply) == ["later"])
        }
    }

    @Test func `an attempt is logged once though the rest of its batch could not be written at first`() async throws {
        try await withPostgres { store, database in
            try PostgresServer.shared.get().query("ALTER TABLE attempt ADD CHECK (reply <> 'absurd')", in: database)
            let sent = [StoreSamples.submission(1), StoreSamples.submission(2)]
            for submission in sent { #expect(try await store.accept(submission) == .stored) }
            _ = try await store.record(StoreSamples.result(StoreSamples.main(sent[1]), .pending, next: .seconds(5)))
            var attempt = StoreSamples.attempt(.delivered, status: 200, after: .seconds(9))
            attempt.reply = "absurd"
            _ = try await store.record([
                StoreSamples.result(StoreSamples.main(sent[0]), .delivered),
                StoreSamples.result(StoreSamples.main(sent[1]), .delivered, attempt: attempt),
            ])
            #expect(try await store.deliveries(DeliveryFilter()).map(\.state) == [.delivered, .delivered])
            #expect(try await store.attempts(of: StoreSamples.main(sent[0])).map(\.number) == [1])
            #expect(try await store.attempts(of: StoreSamples.main(sent[1])).map(\.number) == [1, 2])
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .delivered, count: 2)])
        }
    }

    @Test func `results find their rows by the index, also if the statement was compiled while the table was empty`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            try server.query("VACUUM ANALYZE delivery", in: database)
            var sent: [Submission] = []
            func accept(_ numbers: ClosedRange<UInt64>) async throws {
                for number in numbers {
                    sent.append(StoreSamples.submission(number))
                    _ = try await store.accept(sent[sent.count - 1])
                }
            }
            func rowsRead() async throws -> Int {
                // The counts of a session arrive when it ends, or when it says so.
                try await store.resultLane.perform { connection, _ throws(PostgresFailure) in
                    _ = try connection.run(sql: "SELECT pg_stat_force_next_flush()")
                    _ = try connection.run(sql: "SELECT 1")
                }
                let counted = "SELECT (seq_tup_read + idx_tup_fetch)::text FROM pg_stat_user_tables WHERE relname = 'delivery'"
                return try #require(Int(try server.query(counted, in: database)[0]))
            }
            try await accept(1...10)
            for submission in sent {
                _ = try await store.record([StoreSamples.result(StoreSamples.main(submission), .pending, next: .seconds(5))])
            }
            for submission in sent { _ = try await store.record([StoreSamples.result(StoreSamples.main(submission), .delivered)]) }
            try await accept(11...400)
            let before = try await rowsRead()
            for submission in sent[10..<20] {
                _ = try await store.record([StoreSamples.result(StoreSamples.main(submission), .pending, next: .seconds(5))])
            }
            for submission in sent[10..<20] { _ = try await store.record([StoreSamples.result(StoreSamples.main(submission), .delivered)]) }
            #expect(try await rowsRead() - before <= 100)
        }
    }

    @Test func `a failure for every row is never taken for one row's own`() {
        let tooLarge = PostgresFailure(sqlState: "54000", message: "index row size 3016 exceeds", function: "_bt_check_third_page")
        #expect(StoreError(tooLarge, place: "here") == StoreError(.unstorable, "here does not take this row: index row size 3016 exceeds"))
        let noNumbers = PostgresFailure(sqlState: "54000", message: "no new transactions", function: "GetNewTransactionId")
        #expect(StoreError(noNumbers, place: "here") == StoreError(.unavailable, "here refused a statement: no new transactions"))
        let value = PostgresFailure(sqlState: "22021", message: "invalid byte sequence")
        #expect(StoreError(value, place: "here").kind == .unstorable)
        let taken = PostgresFailure(sqlState: "23505", message: "duplicate key")
        #expect(StoreError(taken, place: "here").kind == .unavailable && taken.concernsRow)
        #expect(!PostgresFailure(sqlState: "53100", message: "disk full").concernsRow)
    }

    @Test func `a conversion is found by its order id through an index that takes any length`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            try server.query(
                """
                INSERT INTO conversion (id, source, tracker, received_at, order_id)
                SELECT gen_random_uuid(), 'shop', 'refersion', i, 'order-' || i FROM generate_series(1, 50000) i
                """, in: database)
            try server.query("ANALYZE conversion", in: database)
            let condition = SQLDialect.postgres.equalsOrder("c.order_id", "'order-77'::text")
            let plan = try server.query("EXPLAIN SELECT id FROM conversion c WHERE \(condition)", in: database)
            #expect(plan.contains { $0.contains("conversion_order_start") }, "\(plan)")
            let indexes = try server.query("SELECT indexname::text FROM pg_indexes WHERE tablename = 'conversion' ORDER BY 1", in: database)
            #expect(indexes == ["conversion_history", "conversion_order_start", "conversion_pkey", "conversion_step"])
        }
    }

    @Test func `a database of an older gateway asks for a migration, which keeps everything in it`() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.database()
        let sent = StoreSamples.submission(1)
        let running = try PostgresConversionStore(server.address(database))
        #expect(try await running.accept(sent) == .stored)
        // As the first schema left it, but for the columns that this gateway writes meanwhile.
        try server.query(
            "DROP INDEX conversion_order_start, conversion_step, delivery_history, waiting_source, refused_source", in: database)
        try server.query("CREATE INDEX refused_class ON refused (is_stranger, id) INCLUDE (bytes)", in: database)
        try server.query("CREATE INDEX conversion_order ON conversion (order_id) WHERE order_id IS NOT NULL", in: database)
        try server.query("DROP TABLE ignored, operator_action", in: database)
        try server.query("DELETE FROM gateway_schema WHERE version > 1", in: database)

        let older = #expect(throws: StoreError.self) { try PostgresConversionStore(server.address(database)) }
        let schemas = "schema 1, this gateway wants \(PostgresSchema.version)"
        #expect(
            older?.description
                == "PostgreSQL database '\(database)' at 127.0.0.1:\(server.port) is older (\(schemas)); run 'gateway migrate' once, with the same configuration"
        )
        // A gateway that runs meanwhile notices nothing.
        let address = try server.address(database)
        async let versions = Task.detached { try PostgresConversionStore.migrate(address) }.value
        let failures = await withTaskGroup(of: StoreError?.self) { group in
            for number: UInt64 in 2...300 {
                group.addTask {
                    do throws(StoreError) {
                        _ = try await running.accept(StoreSamples.submission(number, keys: [StoreSamples.key(number / 2)]))
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: [StoreError]()) { if let error = $1 { $0.append(error) } }
        }
        #expect(failures.isEmpty, "\(failures)")
        #expect(try await versions == (1, PostgresSchema.version))
        await running.close()
        let again = try PostgresConversionStore(server.address(database))
        var filter = ConversionFilter()
        filter.orderID = "order-1"
        #expect(try await again.conversions(filter).map(\.id) == [sent.conversion.id])
        await again.close()
    }

    @Test func `text that PostgreSQL cannot hold is shown with a mark and kept as it was`() async throws {
        try await withPostgres { store, _ in
            var sent = StoreSamples.submission(1)
            sent.conversion.orderID = "a\u{0}b"
            #expect(try await store.accept(sent) == .stored)
            let row = try await store.conversion(sent.conversion.id)
            #expect(row?.orderID == "a\u{FFFD}b")
            #expect(row?.document == sent.conversion.document)
        }
    }

    @Test func `due work is found through the partial index, however much waits`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            _ = try await store.accept(StoreSamples.submission(1))
            try server.query(
                """
                INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, node)
                SELECT gen_random_uuid(), 'd' || i % 5, 0, 0, 0, i, i, i, 1 + i % 3
                FROM generate_series(1, 60000) i
                """, in: database)
            try server.query("ANALYZE delivery", in: database)
            #expect(try await store.nextDue() == ["main": StoreSamples.start])
            let plan = try server.query("EXPLAIN " + PostgresStatement.nextDue.sql.replacing("$1", with: "1"), in: database)
            #expect(plan.contains { $0.contains("Index Only Scan using delivery_pending") }, "\(plan)")
            #expect(!plan.contains { $0.contains("Seq Scan on delivery") }, "\(plan)")
        }
    }

    @Test func `an unmigrated database, a newer one and an unreachable one are each named with what would do`() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.emptyDatabase()
        let place = "PostgreSQL database '\(database)' at 127.0.0.1:\(server.port)"
        let empty = #expect(throws: StoreError.self) { try PostgresConversionStore(server.address(database)) }
        #expect(
            empty
                == StoreError(.unavailable, "\(place) holds no gateway tables yet; run 'gateway migrate' once, with the same configuration")
        )

        #expect(try PostgresConversionStore.migrate(server.address(database)) == (0, PostgresSchema.version))
        #expect(try PostgresConversionStore.migrate(server.address(database)) == (PostgresSchema.version, PostgresSchema.version))
        try server.query("INSERT INTO gateway_schema (version) VALUES (999)", in: database)
        let newer = #expect(throws: StoreError.self) { try PostgresConversionStore(server.address(database)) }
        let schemas = "schema 999, this one knows \(PostgresSchema.version)"
        #expect(
            newer == StoreError(.newerSchema, "\(place) was set up by a newer gateway (\(schemas)); run that one or name another database"))
        #expect(throws: try #require(newer)) { try PostgresConversionStore.migrate(server.address(database)) }

        let nowhere = try PostgresAddress(parsing: "postgres://gateway:s3cret@127.0.0.1:1/none")
        let gone = #expect(throws: StoreError.self) { try PostgresConversionStore(nowhere) }
        #expect(gone?.kind == .unreachable)
        #expect(gone?.description.hasPrefix("PostgreSQL database 'none' at 127.0.0.1:1 is not reachable: ") == true)
        #expect(gone?.description.contains("s3cret") == false)
    }

    @Test func `two migrations at once do no harm`() async throws {
        let server = try PostgresServer.shared.get()
        let database = try server.emptyDatabase()
        let address = try server.address(database)
        let versions = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 { group.addTask { try PostgresConversionStore.migrate(address).before } }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(versions.sorted() == [0] + Array(repeating: PostgresSchema.version, count: 3))
    }
}
