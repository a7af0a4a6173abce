import Mappings
import Testing

extension EndToEnd {
    /// Pausing, resuming and looking at destinations while a gateway serves.
    struct GovernTests {
        private static let configuration = """
            listen: 127.0.0.1:0
            store: sqlite:gateway.db
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
            destinations:
              main:
                postback_url: "http://127.0.0.1:${TRACKER}/main/{order_id}"
                allow_networks: [127.0.0.0/8]
              ill:
                postback_url: "http://127.0.0.1:${TRACKER}/ill/{order_id}"
                allow_networks: [127.0.0.0/8]
                breaker: { failures: 1, pause: 1h, longest: 1h }
                rate: 8/s
              quiet:
                postback_url: "http://127.0.0.1:${TRACKER}/quiet/{order_id}"
                allow_networks: [127.0.0.0/8]
                dry_run: true
            routes:
              - { from: "*", to: [main, ill, quiet] }
            """

        @Test func `a destination is paused and resumed beside the service, and its state can be seen`() async throws {
            try await ScriptedTracker.run { _, request in
                request.uri.hasPrefix("/ill") ? .reply(503) : .reply(200)
            } body: { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    var gateway = try bench.start("serve")
                    var port = try await gateway.port()
                    #expect(gateway.errors.contains("warning: destination 'quiet' is a dry run: requests are recorded"))

                    let pause = try await bench.run("pause", "main", "--reason", "their maintenance")
                    #expect(pause.output == "'main' is paused, 0 pending; 'gateway resume main' sends them\n")
                    try await Task.sleep(for: .milliseconds(1200))
                    #expect(try await Samples.sale("one").post(port).status == 200)
                    let seen = try await eventually { () -> [JSONValue]? in
                        let rows = try await Self.destinations(bench)
                        return rows.map { $0.text("state") } == ["paused", "open", "dry_run"] ? rows : nil
                    }
                    let rows = try #require(seen)
                    #expect(rows[0].text("pending") == "1")
                    #expect(rows[0].text("pause_reason") == "their maintenance")
                    #expect(rows[1].text("rate") == "8/s")
                    #expect(rows[1].text("detail").contains("1 failures: tracker answered 503"))
                    #expect(rows[2].text("skipped") == "1")
                    #expect(tracker.received.map(\.uri) == ["/ill/one"])
                    let table = try await bench.run("destinations")
                    #expect(table.output.contains("paused since"))
                    #expect(table.output.contains("503 at "))

                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                    let idle = try await bench.run("destinations")
                    #expect(idle.errors == "no gateway serves this store now; what is pending waits for the next 'gateway serve'\n")
                    gateway = try bench.start("serve")
                    port = try await gateway.port()
                    try await Task.sleep(for: .milliseconds(500))
                    #expect(!tracker.received.contains { $0.uri == "/main/one" })
                    let resume = try await bench.run("resume", "main")
                    #expect(resume.output == "'main' is resumed; a running gateway sends within a second\n")
                    let arrived = try await eventually(within: .seconds(3)) {
                        tracker.received.contains { $0.uri == "/main/one" } ? true : nil
                    }
                    #expect(arrived == true)
                    #expect(try await bench.run("resume", "main").output == "'main' was not paused\n")
                    let unknown = try await bench.run("pause", "mian")
                    #expect(unknown.status == 1)
                    #expect(unknown.errors == "there is no destination 'mian'; did you mean 'main'?\n")
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }

        private static func destinations(_ bench: Workbench) async throws -> [JSONValue] {
            let run = try await bench.run("destinations", "--json")
            guard case .array(let rows) = try JSONValue(parsing: Array(run.output.utf8)) else { return [] }
            return rows
        }
    }
}
