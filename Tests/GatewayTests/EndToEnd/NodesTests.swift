import AsyncHTTPClient
import Foundation
import Mappings
import NIOPosix
import Synchronization
import Testing

@testable import Gateway

extension EndToEnd {
    /// Two gateways, each a process of its own, on one PostgreSQL database.
    struct NodesTests {
        private static func configuration(_ store: String, _ keys: KeyValuePairs<String, String> = [:]) -> ConfigurationText {
            let main = ConfigurationText.Entry.postback(
                "main", "/postback?cid={click_id}&sum={amount}&txid={order_id}", ["retries": ConfigurationText.Entry.patientRetries])
            return ConfigurationText(sources: [.shop], to: [main.with(keys)], ["store": store])
        }

        /// A bench whose configuration names a new database that is set up.
        private static func use(
            _ server: PostgresServer, _ keys: KeyValuePairs<String, String> = [:],
            _ script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
            _ body: (Workbench, ScriptedTracker, _ database: String) async throws -> Void
        ) async throws {
            let database = try server.emptyDatabase()
            try await Workbench.use(configuration(server.url(database), keys), tracker: script) { bench, tracker in
                #expect(try await bench.run("migrate").status == 0)
                try await body(bench, tracker, database)
            }
        }

        private static func client(connections: Int) -> HTTPClient {
            var configuration = HTTPClient.Configuration()
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
            configuration.connectionPool.retryConnectionEstablishment = false
            return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        }

        /// By order id, the conversion's id in the reply.
        private final class Acknowledged: Sendable {
            let ids = Mutex<[String: String]>([:])
            let isOver = Atomic(false)
            var count: Int { ids.withLock { $0.count } }
        }

        @Test func `a hundred equal requests at once on two gateways make one conversion and one delivery`() async throws {
            try await Self.use(PostgresServer.shared.get()) { bench, tracker, _ in
                let gateways = [try bench.start("serve"), try bench.start("serve")]
                let ports = [try await gateways[0].port(), try await gateways[1].port()]
                let client = Self.client(connections: 50)
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<100 {
                        group.addTask {
                            let answer = try await Samples.sale("same").post(ports[number % 2], with: client)
                            return "\(answer.status) \(answer.body)"
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let id = try #require(try await bench.rows("conversions").first?.text("id"))
                #expect(answers.filter { $0 == "200 {\"success\":true,\"conversionId\":\"\(id)\"}" }.count == 1)
                let repeated = "200 {\"success\":true,\"conversionId\":\"\(id)\",\"message\":\"Conversion already tracked\"}"
                #expect(answers.filter { $0 == repeated }.count == 99)
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/postback?cid=click-same&sum=49.90&txid=same"])
                for gateway in gateways { gateway.terminate() }
                for gateway in gateways { #expect(try await gateway.ended() == 0) }
                try await client.shutdown()
            }
        }

        @Test func `what a killed gateway owed is delivered by the other once its lease has run out`() async throws {
            let isDown = Atomic(true)
            let script: ScriptedTracker.Script = { _, _ in isDown.load(ordering: .relaxed) ? .hang : .reply(200) }
            try await Self.use(PostgresServer.shared.get(), [:], script) { bench, tracker, _ in
                let first = try bench.start("serve")
                let port = try await first.port()
                for number in 0..<20 { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
                let second = try bench.start("serve")
                _ = try await second.port()
                // The first one holds them and waits for its replies.
                try await until { tracker.received.count >= 20 }
                isDown.store(false, ordering: .relaxed)
                #expect(tracker.received.count == 20)
                first.kill()
                _ = try await first.ended()
                let rows = try await bench.settled(20)
                #expect(rows.map { $0.text("state") } == Array(repeating: "delivered", count: 20))
                #expect(tracker.received.count == 40)
                second.terminate()
                #expect(try await second.ended() == 0)
            }
        }

        @Test func `what two gateways hold behind a pause is sent once, however often it is replayed`() async throws {
            try await Self.use(PostgresServer.shared.get()) { bench, tracker, _ in
                #expect(try await bench.run("pause", "main").status == 0)
                let gateways = [try bench.start("serve"), try bench.start("serve")]
                let ports = [try await gateways[0].port(), try await gateways[1].port()]
                for number in 0..<16 { #expect(try await Samples.sale("o-\(number)").post(ports[number % 2]).status == 200) }
                for _ in 1...2 {
                    let replay = try await bench.run("replay", "--destination", "main", "--state", "pending")
                    #expect(replay.output.hasPrefix("16 deliveries are due now (16 pending before)"))
                }
                #expect(try await bench.run("resume", "main").status == 0)
                let rows = try await bench.settled(16)
                #expect(rows.allSatisfy { $0.text("state") == "delivered" && $0.text("attempts") == "1" })
                #expect(tracker.received.count == 16 && Set(tracker.received.map(\.uri)).count == 16)
                for gateway in gateways { gateway.terminate() }
                for gateway in gateways { #expect(try await gateway.ended() == 0) }
            }
        }

        @Test func `a gateway that slept past its lease sends nothing that the other took over`() async throws {
            // It holds all of them, and the first is under way when it falls asleep, however fast or slow the machine is.
            let script: ScriptedTracker.Script = { number, _ in number == 1 ? .held : .reply(200) }
            try await Self.use(PostgresServer.shared.get(), ["concurrency": "1", "timeout": "10m"], script) { bench, tracker, _ in
                let first = try bench.start("serve")
                let port = try await first.port()
                for number in 0..<30 { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
                try await until { tracker.holding == 1 }
                first.pause()
                let second = try bench.start("serve")
                _ = try await second.port()
                let rows = try await bench.settled(30)
                #expect(rows.allSatisfy { $0.text("state") == "delivered" })
                #expect(tracker.received.count == 31)
                first.wake()
                tracker.release()
                // One at a time and in their order: once it has sent this one, it has come past all that it held before.
                try await until { try await Samples.sale("awake").post(port).status == 200 }
                try await until { tracker.received.contains { $0.uri.hasSuffix("txid=awake") } }
                // The one that was under way when it fell asleep was made twice, and no other.
                #expect(tracker.received.count == 31 + 1)
                for gateway in [first, second] { gateway.terminate() }
                for gateway in [first, second] { #expect(try await gateway.ended() == 0) }
            }
        }

        @Test func `two equal refunds that come to two gateways at once, before their sale, are one refund and are listed`() async throws {
            let keys: KeyValuePairs<String, String> = [
                "partial_refund_url": #""http://127.0.0.1:${TRACKER}/part?txid={order_id}&back={refund}""#
            ]
            try await Self.use(PostgresServer.shared.get(), keys) { bench, tracker, _ in
                let gateways = [try bench.start("serve"), try bench.start("serve")]
                let ports = [try await gateways[0].port(), try await gateways[1].port()]
                let client = Self.client(connections: 32)
                let orders = (0..<16).map { "o-\($0)" }
                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for order in orders {
                        for port in ports {
                            group.addTask {
                                try await CorrectionFixture.refund(order, #","amount":1000,"currency":"EUR""#).post(port, with: client)
                                    .status
                            }
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(statuses == Array(repeating: 200, count: 32))
                let waiting = try await bench.rows("conversions", "--waiting")
                #expect(waiting.map { $0.text("order_id") }.sorted() == orders.sorted())
                #expect(waiting.allSatisfy { $0.text("says") == "a refund of EUR 10.00, sent again once" }, "\(waiting)")
                for (index, order) in orders.enumerated() {
                    #expect(try await Samples.sale(order).post(ports[index % 2], with: client).status == 200)
                }
                _ = try await bench.settled(32)
                let received = tracker.received.map(\.uri)
                for order in orders {
                    #expect(received.filter { $0 == "/part?txid=\(order)&back=10.00" }.count == 1)
                    #expect(received.filter { $0.hasPrefix("/postback?") && $0.hasSuffix("&txid=\(order)") }.count == 1)
                }
                #expect(received.count == 32)
                #expect(try await bench.rows("conversions").allSatisfy { $0.text("refunded") == "10.00" })
                let listed = try await bench.rows("conversions", "--repeated")
                #expect(listed.map { $0.text("order_id") }.sorted() == orders.sorted())
                for gateway in gateways { gateway.terminate() }
                for gateway in gateways { #expect(try await gateway.ended() == 0) }
                try await client.shutdown()
            }
        }

        @Test func `a server that restarts under load costs nothing that was acknowledged, and both gateways recover`() async throws {
            let server = try PostgresServer()
            try await Self.use(server) { bench, tracker, _ in
                let gateways = [try bench.start("serve"), try bench.start("serve")]
                let ports = [try await gateways[0].port(), try await gateways[1].port()]
                let client = Self.client(connections: 16)
                let acknowledged = Acknowledged()
                var refused: [String] = []
                try await withThrowingTaskGroup(of: [String].self) { group in
                    for worker in 0..<8 {
                        group.addTask {
                            var refusals: [String] = []
                            var number = 0
                            while !acknowledged.isOver.load(ordering: .relaxed), !Task.isCancelled {
                                number += 1
                                let name = "w\(worker)-n\(number)"
                                let answer = try await Samples.sale(name).post(ports[worker % 2], with: client)
                                if answer.status == 200 {
                                    let id = try JSONValue(parsing: answer.body).text("conversionId")
                                    acknowledged.ids.withLock { $0[name] = id }
                                } else {
                                    refusals.append("\(answer.status)")
                                    try await Task.sleep(for: .milliseconds(20))
                                }
                            }
                            return refusals
                        }
                    }
                    try await until { acknowledged.count > 200 }
                    server.stop("QUIT")
                    let readyz = "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n"
                    try await until {
                        await RawConnection.exchange(ports[0], readyz).line
                            == #"503 {"status":"unavailable","problems":["the store does not answer"]}"#
                    }
                    let turnedAway = try await Samples.sale("away").post(ports[1])
                    #expect(turnedAway.status == 503)
                    #expect(turnedAway.headers["retry-after"] == "5")
                    try server.start()
                    let before = acknowledged.count
                    try await until { acknowledged.count > before + 50 }
                    acknowledged.isOver.store(true, ordering: .relaxed)
                    for try await refusals in group { refused += refusals }
                }
                #expect(Set(refused) == ["503"])
                let known = acknowledged.ids.withLock { $0 }
                let rows = try await bench.settled(known.count)
                #expect(rows.allSatisfy { $0.text("state") == "delivered" })
                let stored = Dictionary(grouping: try await bench.rows("conversions"), by: { $0.text("order_id") })
                for (name, id) in known { #expect(stored[name]?.map { $0.text("id") } == [id], "\(name)") }
                let delivered = Set(tracker.received.map(\.uri))
                for name in known.keys { #expect(delivered.contains("/postback?cid=click-\(name)&sum=49.90&txid=\(name)")) }
                for gateway in gateways { gateway.terminate() }
                for gateway in gateways { #expect(try await gateway.ended() == 0) }
                try await client.shutdown()
            }
            server.stop()
        }

        @Test func `serve and lists report what is wrong with a database, without its password`() async throws {
            let server = try PostgresServer.shared.get()
            let database = try server.emptyDatabase()
            let url = "postgres://gateway:${PASSWORD}@127.0.0.1:\(server.port)/\(database)"
            try await Workbench.use(Self.configuration(url), environment: ["PASSWORD": "s3cret"]) { bench, _ in
                let place = "PostgreSQL database '\(database)' at 127.0.0.1:\(server.port)"
                let unmigrated = try await bench.run("serve")
                #expect(unmigrated.status == 78)
                #expect(
                    unmigrated.errors.hasSuffix(
                        "\(place) holds no gateway tables yet; run 'gateway migrate' once, with the same configuration\n"))
                #expect(try await bench.run("migrate").output == "\(place) went from schema 0 to \(PostgresSchema.version)\n")
                #expect(try await bench.run("migrate").output == "\(place) is up to date: schema \(PostgresSchema.version)\n")
                let named = try await bench.run("conversions", "--store", server.url(database))
                #expect(named.status == 0 && !named.errors.contains("password"))
                for store in [url.replacing("${PASSWORD}", with: "s3cret"), server.url(database) + "?password=s3cret"] {
                    let warned = try await bench.run("conversions", "--json", "--store", store)
                    #expect(warned.status == 0 && warned.output == "[]\n")
                    #expect(
                        warned.errors.hasPrefix(
                            "warning: every user of this machine can read the password in --store, in the list of processes; "))
                    #expect(!warned.errors.contains("s3cret"))
                }
                let checked = try await bench.run("check", "--config", "gateway.yaml")
                try bench.configure(Self.configuration("postgres://gateway:${PASSWORD}@127.0.0.1:1/none"))
                let unreachable = try await bench.run("serve")
                #expect(unreachable.status == 1)
                #expect(unreachable.errors.contains("PostgreSQL database 'none' at 127.0.0.1:1 is not reachable: "))
                for run in [unmigrated, unreachable, checked] { #expect(!(run.errors + run.output).contains("s3cret")) }
            }
        }
    }
}
