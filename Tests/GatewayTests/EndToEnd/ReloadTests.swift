import AsyncHTTPClient
import Foundation
import Mappings
import NIOPosix
import Synchronization
import Testing

extension EndToEnd {
    /// A configuration is changed under a running gateway.
    struct ReloadTests {
        private static let other = Sample(
            source: "late", target: "/late/api/v1/conversions/postback", headers: [Samples.json, ("Authorization", "Bearer late-key-1")],
            body: #"{"externalId":"late-1","conversionType":"SALE","amount":100,"currency":"EUR","clickId":"c"}"#)

        private final class Load: Sendable {
            let isDone = Atomic(false)
            let answers = Mutex<[Int]>([])
        }

        private static func destination(_ name: String, _ tracker: ScriptedTracker) -> String {
            """
            destinations:
              \(name):
                postback_url: "http://127.0.0.1:\(tracker.port)/\(name)?cid={click_id}&txid={order_id}"
                allow_networks: [127.0.0.0/8]
            routes:
              - { from: "*", to: \(name) }

            """
        }

        @Test func `SIGHUP takes new sources, destinations and routes, and no request is lost over it`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(.reply(200, body: "ok"))) { tracker in
                try await Workbench.use { bench in
                    let base = "reload: off\n" + Senders.configuration
                    try bench.write(Self.destination("old", tracker) + base, to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    #expect(try await Self.other.post(port).status == 404)
                    let load = Load()
                    let client = HTTPClient(eventLoopGroupProvider: .singleton)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for worker in 0..<4 {
                            group.addTask {
                                var number = 0
                                while !load.isDone.load(ordering: .relaxed) {
                                    number += 1
                                    let status = (try? await Samples.sale("w\(worker)-\(number)").post(port, with: client))?.status ?? 0
                                    load.answers.withLock { $0.append(status) }
                                }
                            }
                        }
                        group.addTask {
                            for round in 1...5 {
                                let late = "\n  late: { tracker: refcampaign, credentials: { api_key: late-key-1 } }\n"
                                let next = round == 5 ? Self.destination("new", tracker) + base + late : "# \(round)\n" + base
                                try bench.write(next, to: "gateway.yaml")
                                gateway.hangUp()
                                try await Task.sleep(for: .milliseconds(300))
                            }
                            _ = try await gateway.hasLogged("source late added")
                            load.isDone.store(true, ordering: .relaxed)
                        }
                        try await group.waitForAll()
                    }
                    try await client.shutdown()
                    let statuses = load.answers.withLock { $0 }
                    #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 })
                    #expect(
                        try await gateway.hasLogged("configuration reloaded: source late added; destination new added; 1 route added"))
                    #expect(try await Self.other.post(port).status == 200)
                    _ = try await eventually { tracker.received.contains { $0.uri.hasPrefix("/new?cid=c&txid=late-1") } ? true : nil }
                    #expect(tracker.received.contains { $0.uri.hasPrefix("/new?cid=c&txid=late-1") })
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                    #expect(try await bench.rows("conversions").count == statuses.count + 1)
                }
            }
        }

        @Test func `a file with mistakes changes nothing, and is told with their places`() async throws {
            try await Workbench.use { bench in
                try bench.write(Senders.configuration, to: "gateway.yaml")
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                try bench.write(Senders.configuration.replacing("tracker: refcampaign", with: "tracker: refcampain"), to: "gateway.yaml")
                #expect(try await gateway.hasLogged("the changed configuration has a mistake, so the old one stays in use"))
                #expect(gateway.errors.contains("gateway.yaml:4:20: error: unknown tracker 'refcampain'; did you mean 'refcampaign'?"))
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                // As a full disk leaves it.
                try bench.write("", to: "gateway.yaml")
                #expect(try await gateway.hasLogged("the changed configuration has no sources, so the old one stays in use"))
                #expect(try await Samples.sale("o-1b").post(port).status == 200)
                #expect(await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").first.status == 200)
                try bench.write(
                    Senders.configuration.replacing("rc_test_demo", with: "rc_test_other").replacing("127.0.0.1:0", with: "127.0.0.1:1"),
                    to: "gateway.yaml")
                #expect(try await gateway.hasLogged("configuration reloaded: source shop changed"))
                #expect(try await gateway.hasLogged("'listen' changed, which counts from the next start only"))
                #expect(try await Samples.sale("o-2").post(port).status == 401)
                #expect(try await Samples.sale("o-2", key: "rc_test_other").post(port).status == 200)
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }

        @Test func `a mapping and a list of clicks are read again when they change`() async throws {
            try await Workbench.use { bench in
                let file = "\(Workbench.repository)/mappings/rs-traffic.yaml"
                let mapping = String(decoding: try #require(FileManager.default.contents(atPath: file)), as: UTF8.self)
                try bench.write(mapping, to: "trackers/rs-traffic.yaml")
                try bench.write("some-click\n", to: "clicks.txt")
                let reviewed = Senders.configuration.replacing(
                    "settings: { partner: partner_name }",
                    with: "settings: { partner: partner_name }, review: [unknown_click: { clicks: clicks.txt }]")
                try bench.write("mappings: trackers\n" + reviewed, to: "gateway.yaml")
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                #expect(try await Samples.rsTraffic.post(port).body.hasPrefix(#"{"status":"ok""#))
                #expect(try await bench.rows("conversions").map { $0.text("status") } == ["pending_review"])
                try bench.write("some-click\nabc123def456\n", to: "clicks.txt")
                #expect(try await gateway.hasLogged("configuration reloaded: source casino changed"))
                try bench.write(mapping.replacing("status: duplicate", with: "status: known"), to: "trackers/rs-traffic.yaml")
                _ = try await eventually { gateway.errors.split(separator: "source casino changed").count > 2 ? true : nil }
                #expect(try await Samples.rsTraffic.post(port).body.hasPrefix(#"{"status":"known""#))
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }
    }
}
