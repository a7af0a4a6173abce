import Foundation
import Mappings
import Rules
import Synchronization
import Testing

@testable import Gateway

/// A server that goes away in the middle of the work.
struct PostgresOutageTests {
    /// Submits until told to stop; returns what was acknowledged, and what failed.
    private func load(
        _ store: PostgresConversionStore, first: UInt64, until isOver: @escaping @Sendable () -> Bool
    ) async -> (stored: [ConversionID], failures: [StoreError]) {
        await withTaskGroup(of: ([ConversionID], [StoreError]).self) { group in
            for worker: UInt64 in 0..<8 {
                group.addTask {
                    var (stored, failures) = ([ConversionID](), [StoreError]())
                    var number = first + worker * 1_000_000
                    while !isOver(), !Task.isCancelled {
                        number += 1
                        let sent = StoreSamples.submission(number, keys: [StoreSamples.key(number)], destinations: ["main", "voluum"])
                        do throws(StoreError) {
                            let outcome = try await store.accept(sent)
                            #expect(outcome == .stored)
                            stored.append(sent.conversion.id)
                        } catch {
                            failures.append(error)
                            try? await Task.sleep(for: .milliseconds(5))
                        }
                    }
                    return (stored, failures)
                }
            }
            return await group.reduce(into: ([], [])) { all, one in
                all.0 += one.0
                all.1 += one.1
            }
        }
    }

    @Test(arguments: ["INT", "QUIT"])
    func `a server that restarts or crashes under load loses nothing that was acknowledged`(_ signal: String) async throws {
        let server = try PostgresServer()
        let store = try PostgresConversionStore(server.address(server.database()))
        let isOver = Atomic(false)
        async let outcome = load(store, first: 0) { isOver.load(ordering: .relaxed) }
        try await Task.sleep(for: .milliseconds(500))
        server.stop(signal)
        try await Task.sleep(for: .milliseconds(500))
        try server.start()
        #expect(try await eventually { (try? await store.checkWritable()) != nil ? true : nil } == true)
        _ = try await eventually { (try? await store.accept(StoreSamples.submission(999_999_999))) != nil ? true : nil }
        try await Task.sleep(for: .milliseconds(300))
        isOver.store(true, ordering: .relaxed)
        let (stored, failures) = await outcome
        #expect(!stored.isEmpty)
        #expect(failures.allSatisfy { $0.kind == .unreachable }, "\(Set(failures.map(\.description)))")
        #expect(!failures.isEmpty)
        let kept = Set(try await store.conversions(ConversionFilter(limit: 1_000_000)).map(\.id))
        #expect(kept.isSuperset(of: stored))
        #expect(try await store.due("voluum", at: .init(seconds: 2_000_000_000), leavingOut: [], limit: 1_000_000).count >= stored.count)
        await store.close()
        server.stop()
    }

    @Test func `connections that are cut are opened again and nobody hears of it`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            let isOver = Atomic(false)
            async let outcome = load(store, first: 0) { isOver.load(ordering: .relaxed) }
            for _ in 0..<15 {
                try await Task.sleep(for: .milliseconds(60))
                try server.query(
                    "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = '\(database)' AND query LIKE '%COMMIT%'")
            }
            isOver.store(true, ordering: .relaxed)
            let (stored, failures) = await outcome
            #expect(failures == [])
            #expect(try await store.conversions(ConversionFilter(limit: 1_000_000)).count == stored.count)
            #expect(try await store.counts().map(\.count) == [stored.count, stored.count])
            #expect(try server.query("SELECT count(*)::text FROM repeat", in: database) == ["0"])
        }
    }

    @Test func `a batch whose commit was not heard of is not stored twice`() async throws {
        try await withPostgres { store, database in
            let connection = try PostgresConnection(
                PostgresServer.shared.get().address(database), statementTimeout: .seconds(5), patience: .seconds(5))
            let writer = PostgresWriter(node: 0, refusedLimits: RefusedLimits())
            let batch = (1...5).map { QueuedSubmission(StoreSamples.submission(UInt64($0), keys: [StoreSamples.key(UInt64($0))])) }
            #expect(try writer.accept(batch, connection, isRetry: false) == Array(repeating: .stored, count: 5))
            #expect(try writer.accept(batch, connection, isRetry: true) == Array(repeating: .stored, count: 5))
            #expect(try await store.counts() == [DeliveryCount(destination: "main", state: .pending, count: 5)])
            #expect(try await store.repeats(of: batch[0].submission.conversion.id).isEmpty)

            let delivery = DeliveryID(conversion: batch[0].submission.conversion.id, destination: "main")
            let result = StoreSamples.result(delivery, .pending, next: .seconds(5))
            for isRetry in [false, true] { _ = try writer.record([result], connection, isRetry: isRetry) }
            #expect(try await store.attempts(of: delivery).count == 1)
            #expect(try await store.deliveries(DeliveryFilter(conversion: delivery.conversion)).map(\.attempts) == [1])
        }
    }

    @Test(.timeLimit(.minutes(15))) func `a server that hangs is given up, and used again once it answers`() async throws {
        let server = try PostgresServer()
        var limits = PostgresLimits()
        limits.patience = .seconds(1)
        let store = try PostgresConversionStore(server.address(server.database()), limits: limits)
        _ = try await store.accept(StoreSamples.submission(1))
        let backends = try server.query(
            "SELECT pid::text FROM pg_stat_activity WHERE application_name = 'gateway' AND pid <> pg_backend_pid()"
        ).compactMap { Int32($0) }
        let pid = try #require(server.pid)
        for process in backends + [pid] { kill(process, SIGSTOP) }
        let error = await #expect(throws: StoreError.self) { try await store.accept(StoreSamples.submission(2)) }
        #expect(error?.kind == .unreachable)
        // The next one does not wait for the server again: it gets what the first one found.
        let second = await #expect(throws: StoreError.self) { try await store.accept(StoreSamples.submission(3)) }
        #expect(second == error)
        for process in backends + [pid] { kill(process, SIGCONT) }
        #expect(try await eventually { (try? await store.accept(StoreSamples.submission(4))) == .stored ? true : nil } == true)
        await store.close()
        server.stop("QUIT")
    }
}
