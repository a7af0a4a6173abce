import Mappings
import Testing

extension EndToEnd {
    /// Pausing, resuming and looking at destinations while a gateway serves.
    struct GovernTests {
        private static let configuration = ConfigurationText(
            sources: [.shop],
            to: [
                .postback("main", "/main/{order_id}"),
                .postback("ill", "/ill/{order_id}", ["breaker": "{ failures: 1, pause: 1h, longest: 1h }", "rate": "8/s"]),
                .postback("quiet", "/quiet/{order_id}", ["dry_run": "true"]),
                .postback("probe", "/probe/{order_id}"),
            ],
            routes: [
                #"{ from: shop, to: probe, when: 'order_id == "probe"' }"#,
                #"{ from: shop, to: [main, ill, quiet], when: 'not (order_id == "probe")' }"#,
            ])

        @Test func `a destination is paused and resumed beside the service, and its state can be seen`() async throws {
            let script: ScriptedTracker.Script = { _, request in request.uri.hasPrefix("/ill") ? .reply(503) : .reply(200) }
            try await Workbench.use(Self.configuration, tracker: script) { bench, tracker in
                try await bench.serve { gateway, port in
                    #expect(gateway.errors.contains("warning: destination 'quiet' is a dry run: requests are recorded"))
                    try await pause(bench, port, tracker)
                }
                let idle = try await bench.run("destinations")
                #expect(idle.errors == "no gateway serves this store now; what is pending waits for the next 'gateway serve'\n")
                // A second pause without a reason leaves the first one's.
                #expect(try await bench.run("pause", "main").status == 0)
                try await bench.serve { gateway, port in try await resume(bench, gateway, port, tracker) }
            }
        }

        private func pause(_ bench: Workbench, _ port: Int, _ tracker: ScriptedTracker) async throws {
            let pause = try await bench.run("pause", "main", "--reason", "their maintenance")
            #expect(pause.output == "'main' is paused, 0 pending; 'gateway resume main' sends them\n")
            // The service reads what was asked for before it reports what it did since, so it knows of the pause once this is reported.
            #expect(try await Samples.sale("probe").post(port).status == 200)
            try await until {
                guard case .array(let processes)? = try await Self.destinations(bench).last?["processes"] else { return false }
                return processes.first?.text("last_status") == "200"
            }
            #expect(try await Samples.sale("one").post(port).status == 200)
            let seen = try await eventually { () -> [JSONValue]? in
                let rows = try await Self.destinations(bench)
                return rows.map { $0.text("state") } == ["paused", "down", "dry_run", "ok"] ? rows : nil
            }
            let rows = try #require(seen)
            #expect(rows[0].text("pending") == "1")
            #expect(rows[0].text("pause_reason") == "their maintenance")
            #expect(rows[1].text("rate") == "8/s")
            #expect(rows[1].text("detail").contains("1 failure: tracker answered 503"))
            #expect(rows[2].text("skipped") == "1")
            #expect(tracker.received.map(\.uri) == ["/probe/probe", "/ill/one"])
            let table = try await bench.run("destinations")
            #expect(table.output.contains("paused since"))
            #expect(table.output.contains("503 at "))
        }

        private func resume(_ bench: Workbench, _ gateway: GatewayProcess, _ port: Int, _ tracker: ScriptedTracker) async throws {
            // A later sale goes its way, so the earlier one could have.
            #expect(try await Samples.sale("two").post(port).status == 200)
            try await until { try await Self.destinations(bench)[2].text("skipped") == "2" }
            #expect(!tracker.received.contains { $0.uri.hasPrefix("/main") })
            let resume = try await bench.run("resume", "main")
            #expect(resume.output == "'main' is resumed; a running gateway sends within a second\n")
            try await until { Set(tracker.received.map(\.uri)).isSuperset(of: ["/main/one", "/main/two"]) }
            #expect(try await bench.run("resume", "main").output == "'main' was not paused\n")
            #expect(try await gateway.hasLogged("destination 'main' is paused by an operator: their maintenance"))
            #expect(try await gateway.hasLogged("destination 'main' is resumed by an operator"))
            let unknown = try await bench.run("pause", "mian")
            #expect(unknown.status == 1)
            #expect(unknown.errors == "there is no destination 'mian'; did you mean 'main'?\n")
        }

        private static func destinations(_ bench: Workbench) async throws -> [JSONValue] {
            let run = try await bench.run("destinations", "--json")
            guard case .array(let rows) = try JSONValue(parsing: Array(run.output.utf8)) else { return [] }
            return rows
        }
    }
}
