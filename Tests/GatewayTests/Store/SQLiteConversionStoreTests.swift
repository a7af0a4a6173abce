import Foundation
import GRDB
import Mappings
import Rules
import Testing

@testable import Gateway

struct SQLiteConversionStoreTests {
    @Test(
        arguments: ConversionStoreConformance.all + ConversionStoreConformance.upkeep + ConversionStoreConformance.rules
            + ConversionStoreConformance.sizes + ConversionStoreConformance.bounds)
    func `it does what every store must`(_ conformance: ConversionStoreConformance) async throws {
        try await withFolder { folder in
            var limits = SQLiteLimits()
            limits.refused = ConversionStoreConformance.refusedLimits
            let store = try SQLiteConversionStore(path: folder + "/gateway.db", limits: limits)
            try await conformance.check(store)
            await store.close()
        }
    }

    @Test func `everything is there after a reopening`() async throws {
        try await withFolder { folder in
            let first = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
            let delivery = DeliveryID(conversion: first.conversion.id, destination: "main")
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            _ = try await store.accept(first)
            _ = try await store.accept(StoreSamples.submission(2, keys: [StoreSamples.key(1)], content: 2))
            try await store.record(StoreSamples.result(delivery, .pending, next: .seconds(5)))
            try await store.keep(StoreSamples.refused(1))
            await store.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["gateway.db"])

            let again = try SQLiteConversionStore(path: folder + "/gateway.db")
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
    }

    /// As if the power went at that moment: what the process still has in memory is gone.
    @Test func `what a commit wrote is in the files when it is reported, small or large`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            for number: UInt64 in 1...20 {
                var sent = StoreSamples.submission(number, keys: [StoreSamples.key(number)])
                // More than is gathered at once, now and then.
                if number % 5 == 0 { sent.request.body = Array(repeating: UInt8(number), count: 600_000) }
                _ = try await store.accept(sent)
                let copy = folder + "/\(number)"
                try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
                for file in ["gateway.db", "gateway.db-wal"] {
                    try FileManager.default.copyItem(atPath: "\(folder)/\(file)", toPath: "\(copy)/\(file)")
                }
                let found = try SQLiteConversionStore(path: copy + "/gateway.db")
                #expect(try await found.request(of: sent.conversion.id) == sent.request)
                #expect(try await found.pool.read { try String.fetchAll($0, sql: "PRAGMA integrity_check") } == ["ok"])
                await found.close()
                try FileManager.default.removeItem(atPath: copy)
            }
            await store.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["gateway.db"])
        }
    }

    @Test func `commits reach the disk before they are reported`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            let settings = try await store.pool.writeWithoutTransaction { database in
                let synchronous = try Int.fetchOne(database, sql: "PRAGMA synchronous")
                return [synchronous.map(String.init), try String.fetchOne(database, sql: "PRAGMA journal_mode")]
            }
            #expect(settings == ["2", "wal"])
            await store.close()
        }
    }

    @Test func `a file of a newer gateway is refused`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            try await store.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
            await store.close()
            for readOnly in [false, true] {
                let error = #expect(throws: StoreError.self) { try SQLiteConversionStore(path: path, readOnly: readOnly) }
                #expect(error?.kind == .newerSchema)
                let sentence =
                    "'\(path)' was written by a newer gateway (schema 99, this one knows \(SQLiteSchema.version)); run that one or name another file"
                #expect(error?.description == sentence)
            }
        }
    }

    /// A file as a gateway of that schema left it. `:id` in the SQL is the bytes of the id that is returned.
    private func leave(_ path: String, schema: String, _ sql: String) async throws -> ConversionID {
        let old = try DatabaseQueue(path: path)
        try SQLiteSchema.migrator.migrate(old, upTo: schema)
        let id = StoreSamples.id(1)
        let bytes = withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { Data($0) }
        try await old.write { try $0.execute(sql: sql, arguments: ["id": bytes]) }
        try old.close()
        return id
    }

    @Test func `a file of an older gateway is brought up to date with everything in it`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let id = try await leave(
                path, schema: "1",
                """
                INSERT INTO name VALUES (1, 'shop'), (2, 'main');
                INSERT INTO attempt VALUES (:id, 2, 1, 5, 6, 503, 'retry', 'GET https://t.example/', 'later');
                """)
            let reading = #expect(throws: StoreError.self) { try SQLiteConversionStore(path: path, readOnly: true) }
            #expect(
                reading?.description
                    == "'\(path)' is older (schema 1, this gateway wants \(SQLiteSchema.version)); start 'gateway serve' once to update it")
            let store = try SQLiteConversionStore(path: path)
            let attempts = try await store.attempts(of: DeliveryID(conversion: id, destination: "main"))
            #expect(attempts.map(\.reply) == ["later"])
            #expect(attempts.map(\.request) == [nil])
            await store.close()
        }
    }

    @Test func `a conversion of before the reasons were kept has none, and a new one has`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let id = try await leave(
                path, schema: "7",
                """
                INSERT INTO name VALUES (1, 'shop'), (2, 'refersion');
                INSERT INTO content VALUES (1, zeroblob(16), CAST('{}' AS BLOB), zeroblob(0));
                INSERT INTO conversion (id, source, tracker, received_at, content) VALUES (:id, 1, 2, 5, 1);
                """)
            let store = try SQLiteConversionStore(path: path)
            #expect(try await store.conversion(id)?.source == "shop")
            #expect(try await store.missedRoutes(of: id) == nil)
            var sent = StoreSamples.submission(2)
            sent.missed = StoreSamples.missing.missed
            #expect(try await store.accept(sent) == .stored)
            #expect(try await store.missedRoutes(of: sent.conversion.id) == sent.missed)
            await store.close()
        }
    }

    @Test func `a full disk fails the writes whole and the store recovers by itself`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            _ = try await store.accept(StoreSamples.submission(1, keys: [StoreSamples.key(1)]))
            let pages = try await store.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA page_count") ?? 0 }
            try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(pages)") }

            let large = StoreSamples.largeSubmission()
            let error = await #expect(throws: StoreError.self) { try await store.accept(large) }
            #expect(error == StoreError(.full, "no space is left for '\(path)'; free some, the store goes on by itself"))
            #expect(try await store.conversions(ConversionFilter()).count == 1)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 1)])

            try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
            #expect(try await store.accept(large) == .stored)
            try await store.checkWritable()
            #expect(try await store.counts().map(\.count) == [2, 1])
            await store.close()
        }
    }

    @Test func `a write that fails by itself takes no other with it`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            try await store.pool.write {
                let condition = "NEW.created_at % 1000000 <> 0"
                try $0.execute(
                    sql: "CREATE TRIGGER t BEFORE INSERT ON delivery WHEN \(condition) BEGIN SELECT raise(ABORT, 'no'); END")
            }
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
            let keys = try await store.pool.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM duplicate_key") }
            #expect(keys == 90)
            await store.close()
        }
    }

    @Test func `of a hundred at once, one that the file does not take is refused alone and by name`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            try await store.pool.write {
                let condition = "length(NEW.order_id) > 1000"
                try $0.execute(
                    sql: "CREATE TRIGGER t BEFORE INSERT ON conversion WHEN \(condition) BEGIN SELECT raise(ABORT, 'too long'); END")
            }
            let refused = try await ConversionStoreConformance.sendAHundred(oneOf: 70_000, to: store)
            #expect(refused == [StoreError(.unstorable, "'\(path)' does not take this row: too long")])
            try await store.checkWritable()
            await store.close()
        }
    }

    @Test func `too many waiting writes are refused at once`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            var limits = SQLiteLimits()
            limits.queued = 10
            let store = try SQLiteConversionStore(path: path, limits: limits)
            let busy = await withTaskGroup(of: StoreError?.self) { group in
                let gate = DispatchSemaphore(value: 0)
                store.pool.asyncWriteWithoutTransaction { _ in gate.wait() }
                for number: UInt64 in 1...30 {
                    group.addTask {
                        do throws(StoreError) {
                            _ = try await store.accept(StoreSamples.submission(number))
                            return nil
                        } catch {
                            return error
                        }
                    }
                }
                var errors: [StoreError] = []
                for await error in group {
                    if let error { errors.append(error) }
                    if errors.count == 20 { gate.signal() }
                }
                return errors
            }
            #expect(busy.count == 20)
            #expect(busy.first == StoreError(.busy, "10 writes to '\(path)' are waiting for the disk; try again in a moment"))
            #expect(try await store.conversions(ConversionFilter()).count == 10)
            await store.close()
        }
    }

    @Test func `another connection reads while the service writes`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            let reader = try SQLiteConversionStore(path: path, readOnly: true)
            for number: UInt64 in 1...20 {
                _ = try await store.accept(StoreSamples.submission(number))
                #expect(try await reader.conversions(ConversionFilter()).count == Int(number))
            }
            let error = await #expect(throws: StoreError.self) { try await reader.checkWritable() }
            #expect(error == StoreError(.readOnly, "'\(path)' was opened for reading; open it for writing to change it"))
            let replay = try SQLiteConversionStore(path: path)
            let delivery = DeliveryID(conversion: StoreSamples.id(1), destination: "main")
            try await store.record(StoreSamples.result(delivery, .dead))
            #expect(try await replay.requeue([delivery], at: StoreSamples.start) == 1)
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 20)])
            await replay.close()
            await reader.close()
            await store.close()
        }
    }

    @Test func `a store that no service holds open can be read`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            _ = try await store.accept(StoreSamples.submission(1))
            await store.close()
            let reader = try SQLiteConversionStore(path: folder + "/gateway.db", readOnly: true)
            #expect(try await reader.conversions(ConversionFilter()).count == 1)
            await reader.close()
        }
    }

    @Test func `the log is copied into the file while writes go on`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            var limits = SQLiteLimits()
            limits.logPages = 50
            let store = try SQLiteConversionStore(path: path, limits: limits)
            for number: UInt64 in 1...1500 { _ = try await store.accept(StoreSamples.submission(number)) }
            let log = try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int ?? 0
            #expect(log < 8_000_000)
            #expect(try await store.counts().map(\.count) == [1500])
            await store.close()
        }
    }

    @Test func `a place that cannot hold a store is named with what would do`() async throws {
        try await withFolder { folder in
            let text = folder + "/notes.txt"
            try String(repeating: "not a database ", count: 1000).write(toFile: text, atomically: false, encoding: .utf8)
            let other = folder + "/other.db"
            let queue = try DatabaseQueue(path: other)
            try await queue.write { try $0.execute(sql: "CREATE TABLE song (title TEXT)") }
            try queue.close()
            let cases = [
                (folder + "/none/gateway.db", false, "the folder of '\(folder)/none/gateway.db' does not exist; create '\(folder)/none'"),
                (folder, false, "'\(folder)' is a folder; name a file inside it"),
                (text, false, "'\(text)' is not a gateway store; name another file or restore it from a backup"),
                (other, false, "'\(other)' is another program's database; name another file for the store"),
                (
                    folder + "/missing.db", true,
                    "no store at '\(folder)/missing.db'; 'gateway serve' creates it, or name the right file under 'store:'"
                ),
            ]
            for (path, readOnly, sentence) in cases {
                let error = #expect(throws: StoreError.self) { try SQLiteConversionStore(path: path, readOnly: readOnly) }
                #expect(error?.description == sentence)
            }
        }
    }

    @Test func `a damaged file is named as such`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let store = try SQLiteConversionStore(path: path)
            for number: UInt64 in 1...200 { _ = try await store.accept(StoreSamples.submission(number)) }
            await store.close()
            let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
            let file = try #require(FileHandle(forUpdatingAtPath: path))
            try file.seek(toOffset: 8192)
            try file.write(contentsOf: Data(repeating: 0xAB, count: size - 8192))
            try file.close()
            let error = await #expect(throws: StoreError.self) {
                let damaged = try SQLiteConversionStore(path: path)
                _ = try await damaged.conversions(ConversionFilter())
                _ = try await damaged.accept(StoreSamples.submission(201))
            }
            #expect(error?.kind == .corrupt)
            #expect(error?.description == "'\(path)' is damaged; restore it from a backup or rescue it with 'sqlite3 \(path) .recover'")
        }
    }

    @Test func `nobody but its owner may read a new store`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            let lock = try StoreLock(store: path)
            let store = try SQLiteConversionStore(path: path)
            #expect(try await store.accept(StoreSamples.submission(1)) == .stored)
            for file in ["", "-wal", "-shm", ".lock"] {
                let mode = try FileManager.default.attributesOfItem(atPath: path + file)[.posixPermissions] as? Int
                #expect(mode == 0o600, "gateway.db\(file)")
            }
            await store.close()
            withExtendedLifetime(lock) {}
        }
    }

    @Test func `the mode of a store that exists is its owner's choice`() async throws {
        try await withFolder { folder in
            let path = folder + "/gateway.db"
            await (try SQLiteConversionStore(path: path)).close()
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            await (try SQLiteConversionStore(path: path)).close()
            #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o640)
        }
    }

    @Test func `due work is found through the partial index`() async throws {
        try await withFolder { folder in
            let store = try SQLiteConversionStore(path: folder + "/gateway.db")
            let plans = try await store.pool.read { database in
                try [
                    "SELECT conversion FROM delivery WHERE state = 0 AND destination = 1 AND next_attempt <= 9 ORDER BY next_attempt, conversion LIMIT 5",
                    "SELECT min(next_attempt) FROM delivery WHERE state = 0 AND destination = 1",
                ].map { try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + $0).map { $0["detail"] as String } }
            }
            #expect(plans[0] == ["SEARCH delivery USING COVERING INDEX delivery_pending (state=? AND destination=? AND next_attempt<?)"])
            #expect(plans[1] == ["SEARCH delivery USING COVERING INDEX delivery_pending (state=? AND destination=?)"])
            await store.close()
        }
    }
}

/// An empty folder, removed afterwards.
func withFolder(_ body: @Sendable (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gateway-" + UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
}
