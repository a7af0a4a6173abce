import AsyncHTTPClient
import Foundation
import Mappings
import NIOPosix
import Synchronization
import Testing

extension EndToEnd {
    /// What was acknowledged survives a process that is killed in the middle of its work.
    struct DurabilityTests {
        private static let configuration = ConfigurationText(
            sources: [.shop],
            to: [
                .postback(
                    "main", "/postback?cid={click_id}&sum={amount}&txid={order_id}", ["retries": ConfigurationText.Entry.patientRetries])
            ])

        /// By order id, the conversion's id in the reply.
        private final class Acknowledged: Sendable { let ids = Mutex<[String: String]>([:]) }

        @Test func `every acknowledged conversion outlives kill -9 and is delivered, and none is doubled`() async throws {
            try await Workbench.use(Self.configuration, tracker: ScriptedTracker.always(.reply(200, body: "ok"))) { bench, tracker in
                let acknowledged = Acknowledged()
                let client = Self.client(connections: 16)
                for round in 0..<3 {
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    await withTaskGroup(of: Void.self) { group in
                        for worker in 0..<16 {
                            group.addTask {
                                for number in 0..<20 {
                                    let name = "r\(round)-w\(worker)-n\(number)"
                                    guard let answer = try? await Samples.sale(name).post(port, with: client) else { return }
                                    guard answer.status == 200, let reply = try? JSONValue(parsing: answer.body) else { continue }
                                    acknowledged.ids.withLock { $0[name] = reply.text("conversionId") }
                                }
                            }
                        }
                        group.addTask {
                            // Somewhere in the middle of what this round sends.
                            let enough = acknowledged.ids.withLock { $0.count } + Int.random(in: 1...150)
                            try? await until { acknowledged.ids.withLock { $0.count } >= enough }
                            gateway.kill()
                        }
                    }
                    #expect(try await gateway.ended() == -9)
                }
                let known = acknowledged.ids.withLock { $0 }
                #expect(!known.isEmpty)
                let rows = try await bench.serve { _, _ in try await bench.settled(known.count) }
                let stored = try await bench.rows("conversions")
                let ids = Dictionary(grouping: stored, by: { $0.text("order_id") })
                for (name, id) in known { #expect(ids[name]?.map { $0.text("id") } == [id], "\(name)") }
                #expect(ids.values.allSatisfy { $0.count == 1 })
                #expect(stored.allSatisfy { $0.text("amount") == "49.90" })
                #expect(rows.count == stored.count)
                #expect(rows.allSatisfy { $0.text("state") == "delivered" })
                let delivered = Set(tracker.received.map(\.uri))
                for name in known.keys { #expect(delivered.contains("/postback?cid=click-\(name)&sum=49.90&txid=\(name)")) }
                try await client.shutdown()
            }
        }

        @Test func `a restart takes up what a dead tracker was owed`() async throws {
            let port = try await ScriptedTracker.run(ScriptedTracker.always(.close)) { $0.port }
            try await Workbench.use(environment: ["TRACKER": "\(port)"]) { bench in
                try bench.configure(Self.configuration)
                let first = try bench.start("serve")
                let intake = try await first.port()
                for number in 0..<10 { #expect(try await Samples.sale("o-\(number)").post(intake).status == 200) }
                let rows = try await bench.rows("deliveries")
                #expect(rows.allSatisfy { $0.text("state") == "pending" })
                first.kill()
                _ = try await first.ended()
                try await ScriptedTracker.run(port: port, ScriptedTracker.always(.reply(200))) { tracker in
                    let rows = try await bench.serve { _, _ in try await bench.settled(10) }
                    #expect(rows.map { $0.text("state") } == Array(repeating: "delivered", count: 10))
                    #expect(tracker.received.count == 10)
                }
            }
        }

        @Test func `a hundred equal requests at once make one conversion and one delivery`() async throws {
            try await Workbench.serve(Self.configuration) { bench, _, port, tracker in
                let client = Self.client(connections: 100)
                let answers = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<100 {
                        group.addTask {
                            let answer = try await Samples.sale("same").post(port, with: client)
                            return "\(answer.status) \(answer.body)"
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                let id = try #require(try await bench.rows("conversions").first?.text("id"))
                let accepted = "200 {\"success\":true,\"conversionId\":\"\(id)\"}"
                let repeated = "200 {\"success\":true,\"conversionId\":\"\(id)\",\"message\":\"Conversion already tracked\"}"
                #expect(answers.filter { $0 == accepted }.count == 1)
                #expect(answers.filter { $0 == repeated }.count == 99)
                #expect(try await bench.rows("conversions").count == 1)
                _ = try await bench.settled(1)
                #expect(tracker.received.map(\.uri) == ["/postback?cid=click-same&sum=49.90&txid=same"])
                let other = try await Samples.sale("same", cents: 5000).post(port)
                #expect(other.body == "{\"success\":true,\"conversionId\":\"\(id)\",\"message\":\"Conversion already tracked\"}")
                let shown = try await bench.run("conversions", "show", id)
                #expect(shown.lines.contains { $0.hasPrefix("sent again 99 times, last ") && $0.hasSuffix(", with the same content") })
                #expect(shown.lines.contains { $0.hasPrefix("sent again once, last ") && $0.hasSuffix(", with other content") })
                #expect(try await bench.rows("conversions", "--repeated").count == 1)
                try await client.shutdown()
            }
        }

        @Test func `an Idempotency-Key is the key if one is sent`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                func send(_ order: String, _ key: String) async throws -> String {
                    var sample = Samples.sale(order)
                    sample.headers.append(("Idempotency-Key", key))
                    return try await sample.post(port).body
                }
                let first = try await send("o-1", "k-1")
                let id = try JSONValue(parsing: first).text("conversionId")
                let known = #"{"success":true,"conversionId":"\#(id)","message":"Conversion already tracked"}"#
                #expect(try await send("o-1", "k-1") == known)
                #expect(try await send("o-2", "k-1") == known)
                #expect(try await send("o-1", "k-2") != known)
                #expect(try await bench.rows("conversions").map { $0.text("order_id") } == ["o-1", "o-1"])
            }
        }

        private static func client(connections: Int) -> HTTPClient {
            var configuration = HTTPClient.Configuration()
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connections
            configuration.connectionPool.retryConnectionEstablishment = false
            return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
        }
    }
}
