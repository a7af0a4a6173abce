import Foundation
import Mappings
import Rules
import Testing

@testable import Gateway

struct PostgresUpkeepTests {
    private static let day = Duration.seconds(86_400)
    private static let later = StoreSamples.start.advanced(by: day * 100)

    private static func deliver(_ numbers: ClosedRange<UInt64>, in store: PostgresConversionStore) async throws {
        for number in numbers {
            let sent = StoreSamples.submission(number, after: .seconds(Int(number)), keys: [StoreSamples.key(number)])
            #expect(try await store.accept(sent) == .stored)
            let attempt = StoreSamples.attempt(.delivered, status: 200, after: .seconds(Int(number)))
            let delivery = DeliveryID(conversion: sent.conversion.id, destination: "main")
            try await store.record(StoreSamples.result(delivery, .delivered, attempt: attempt))
        }
    }

    @Test func `one gateway prunes at a time, another continues after its last portion`() async throws {
        try await withPostgres { first, database in
            let server = try PostgresServer.shared.get()
            let second = try PostgresConversionStore(server.address(database))
            let command = try PostgresConversionStore(server.address(database), role: .command)
            try await Self.deliver(1...120, in: first)
            let limits = RetentionLimits(requests: Self.day, attempts: Self.day)
            let portion = try await first.prune(limits, at: Self.later)
            #expect(portion.count > 0 && !portion.isDone)
            let idle = try await second.prune(limits, at: Self.later)
            #expect(idle.count == 0 && idle.isDone)
            let refused = await #expect(throws: StoreError.self) { _ = try await command.prune(limits, at: Self.later) }
            #expect(refused?.kind == .busy)
            // The first is gone in the middle of its round.
            await first.close()
            var sum = portion
            for _ in 0..<100 where sum.requests < 120 {
                // The server needs a moment to see that its session has ended.
                try await Task.sleep(for: .milliseconds(20))
                sum += try await second.prune(limits, at: Self.later)
            }
            #expect(sum.requests == 120 && sum.attempts == 120 && sum.isDone && sum.usedBytes > 0)
            #expect(try await command.prune(limits, at: Self.later).isDone)
            await second.close()
            await command.close()
        }
    }

    @Test func `what is forgotten is in no file of the tables, and a user who does not own them gets the reason`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            var sent = StoreSamples.submission(1, keys: [StoreSamples.key(1)], destinations: [])
            sent.request = StoreSamples.request("mail=jane.doe@example.com")
            #expect(try await store.accept(sent) == .stored)
            let jane = try #require(Person(email: "jane.doe@example.com"))
            let holding = """
                SELECT count(*)::text FROM unnest(ARRAY['content', 'attempt', 'refused']) AS w (name)
                WHERE position('jane.doe'::bytea IN pg_read_binary_file(pg_relation_filepath(w.name::regclass))) > 0
                """
            try server.query("CHECKPOINT", in: database)
            #expect(try server.query(holding, in: database) == ["1"])
            let report = try await store.forget(jane, alsoPending: false, dryRun: false)
            #expect(report.conversions == 1 && report.leftover == nil)
            try server.query("CHECKPOINT", in: database)
            #expect(try server.query(holding, in: database) == ["0"])

            let user = "other_\(database)"
            try server.query("CREATE ROLE \(user) LOGIN", in: database)
            try server.query("GRANT ALL ON ALL TABLES IN SCHEMA public TO \(user)", in: database)
            try server.query("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO \(user)", in: database)
            let address = try PostgresAddress(parsing: server.url(database).replacing("gateway@", with: "\(user)@"))
            let other = try PostgresConversionStore(address, role: .command)
            try await store.keep(StoreSamples.refused(1, body: "mail=jane.doe@example.com"))
            let left = try await other.forget(jane, alsoPending: false, dryRun: false)
            #expect(left.refused == 1)
            #expect(left.leftover?.hasPrefix("this user does not own the gateway's tables") == true)
            await other.close()
        }
    }

    @Test func `a look at the database finds its sums, its clock, its nodes and its connections`() async throws {
        try await withPostgres { store, database in
            let server = try PostgresServer.shared.get()
            try await Self.deliver(1...3, in: store)
            _ = try await store.accept(StoreSamples.submission(9, keys: [StoreSamples.key(9)]))
            let command = try PostgresConversionStore(server.address(database), role: .command)
            let found = try await command.inspect()
            #expect(found.schema == PostgresSchema.version && found.conversions == 4 && found.disagreements == [])
            #expect(found.pending.map(\.destination) == ["main"] && found.usedBytes > 1_000_000)
            let shared = try #require(found.server)
            #expect(shared.version.hasPrefix("1"))
            #expect(shared.ahead > .seconds(-1) && shared.ahead < .seconds(1))
            #expect(shared.nodes.map(\.held) == [1])
            #expect(shared.nodes.allSatisfy { $0.lease > .seconds(5) && $0.lease <= .seconds(15) })
            #expect(shared.connections >= shared.gatewayConnections && shared.gatewayConnections >= 2 && shared.maxConnections >= 200)
            try server.query("UPDATE delivery_count SET count = count + 1 WHERE state = 0 AND lane = 1", in: database)
            #expect(try await command.inspect().disagreements == ["main: 1 deliveries are pending, but 2 are counted"])
            await command.close()
        }
    }

    // MARK: What the doctor reports

    private let server = ServerInspection(
        version: "15.8", ahead: .zero, connections: 12, maxConnections: 100, gatewayConnections: 6,
        nodes: [.init(name: "a:1", lease: .seconds(12), held: 3), .init(name: "b:2", lease: .seconds(-90), held: 1)])

    private func server(ahead: Duration = .zero, connections: Int = 12) -> ServerInspection {
        var server = server
        server.ahead = ahead
        server.connections = connections
        return server
    }

    @Test func `clocks that differ are named`() {
        let now = StoreSamples.start
        #expect(DoctorServer.clock(server(), newest: now, now: now) == DoctorFinding("clock", .ok, "\(now); the database's clock agrees"))
        #expect(DoctorServer.clock(server(ahead: .seconds(3)), newest: now, now: now).level == .warning)
        #expect(
            DoctorServer.clock(server(ahead: .seconds(-60)), newest: now, now: now)
                == DoctorFinding(
                    "clock", .problem,
                    "\(now); the database's clock is 1m behind; set both by NTP, or retries and duplicate windows are wrong"))
        #expect(DoctorServer.clock(server(), newest: now, now: now.advanced(by: .seconds(-3600))).level == .problem)
    }

    @Test func `nodes are shown with their leases, and connections with their bound`() {
        #expect(
            DoctorServer.nodes(server()).map(\.sentence) == [
                "'a:1' has a lease for 12s and holds 3 deliveries",
                "the lease of 'b:2' ended 1m 30s ago and it holds 1 delivery; a gateway that serves takes them over within seconds of their time",
            ])
        #expect(DoctorServer.connections(server()).sentence == "12 of 100 in use, 6 of them by gateways")
        #expect(DoctorServer.connections(server(connections: 81)).level == .warning)
    }
}
