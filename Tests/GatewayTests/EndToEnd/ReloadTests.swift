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

        private static func postback(_ name: String) -> ConfigurationText.Entry {
            .postback(name, "/\(name)?cid={click_id}&txid={order_id}")
        }

        @Test func `SIGHUP takes new sources, destinations and routes, and no request is lost over it`() async throws {
            let before = ConfigurationText(to: [Self.postback("old")], ["reload": "off"])
            let late = ConfigurationText.Entry.shop.with(["credentials": "{ api_key: late-key-1 }"]).named("late")
            let after = ConfigurationText(sources: .ofEveryTracker + [late], to: [Self.postback("new")], ["reload": "off"])
            try await Workbench.use(before) { bench, tracker in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                #expect(try await Self.other.post(port).status == 401)
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
                        for round in 1...4 {
                            try bench.write("# \(round)\n" + before.text, to: "gateway.yaml")
                            gateway.hangUp()
                            #expect(try await gateway.hasLogged("nothing is different", times: round))
                        }
                        try bench.configure(after)
                        gateway.hangUp()
                        #expect(try await gateway.hasLogged("source late added"))
                        load.isDone.store(true, ordering: .relaxed)
                    }
                    try await group.waitForAll()
                }
                try await client.shutdown()
                let statuses = load.answers.withLock { $0 }
                #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 })
                #expect(
                    try await gateway.hasLogged(
                        "configuration reloaded: source late added; destination new added; destination old removed; 1 route added; 1 route removed"
                    ))
                #expect(try await Self.other.post(port).status == 200)
                try await until { tracker.received.contains { $0.uri.hasPrefix("/new?cid=c&txid=late-1") } }
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                #expect(try await bench.rows("conversions").count == statuses.count + 1)
            }
        }

        @Test func `a file with mistakes changes nothing, and the log names their places`() async throws {
            let configuration = ConfigurationText()
            var mistaken = configuration
            mistaken[source: "shop"]["tracker"] = "refcampain"
            var other = configuration
            other[source: "shop"]["credentials"] = "{ api_key: rc_test_other }"
            other["listen"] = "127.0.0.1:1"
            try await Workbench.serve(configuration) { bench, gateway, port, _ in
                try bench.configure(mistaken)
                #expect(try await gateway.hasLogged("the changed configuration has a mistake, so the old one stays in use"))
                #expect(gateway.errors.contains("gateway.yaml:4:20: error: unknown tracker 'refcampain'; did you mean 'refcampaign'?"))
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                // As a full disk leaves it.
                try bench.write("", to: "gateway.yaml")
                #expect(try await gateway.hasLogged("the changed configuration has no sources, so the old one stays in use"))
                #expect(try await Samples.sale("o-1b").post(port).status == 200)
                #expect(await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").first.status == 200)
                try bench.configure(other)
                #expect(try await gateway.hasLogged("configuration reloaded: source shop changed"))
                #expect(try await gateway.hasLogged("'listen' changed, which counts from the next start only"))
                #expect(try await Samples.sale("o-2").post(port).status == 401)
                #expect(try await Samples.sale("o-2", key: "rc_test_other").post(port).status == 200)
            }
        }

        @Test func `a file that is cut short before its routes is refused, and SIGHUP takes it`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [Self.postback("main")])
            try await Workbench.serve(configuration) { bench, gateway, port, tracker in
                let cut = try #require(configuration.text.firstRange(of: "routes:")).lowerBound
                try bench.write(String(configuration.text[..<cut]), to: "gateway.yaml")
                #expect(
                    try await gateway.hasLogged(
                        "the changed configuration would lose its only route, so the old one stays in use; it may be cut short; look at it, "
                            + "then send SIGHUP to use it in any case"))
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                try await until { tracker.received.count == 1 }
                #expect(!gateway.errors.contains("no route takes"))

                gateway.hangUp()
                #expect(try await gateway.hasLogged("the configuration in use lost its only route, as SIGHUP decided"))
                #expect(
                    gateway.errors.contains(
                        "no route takes from a source, so conversions are stored and sent to no destination; add routes"))
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                #expect(
                    try await gateway.hasLogged(
                        "conversions that no route takes were stored and sent to no destination; see 'routes:' of the configuration"))

                try bench.configure(configuration)
                #expect(try await gateway.hasLogged("configuration reloaded: 1 route added"))
                #expect(try await Samples.sale("o-3").post(port).status == 200)
                try await until { tracker.received.count == 2 }
                #expect(tracker.received.last?.uri.contains("o-3") == true)
            }
        }

        @Test func `a file that is cut short between two routes is refused, and SIGHUP takes it`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [Self.postback("main"), Self.postback("other")],
                routes: [#"{ from: "*", to: main }"#, #"{ from: "*", to: other }"#])
            try await Workbench.serve(configuration) { bench, gateway, port, tracker in
                let lines = configuration.text.split(separator: "\n")
                try bench.write(lines.dropLast().joined(separator: "\n") + "\n", to: "gateway.yaml")
                #expect(
                    try await gateway.hasLogged(
                        "the changed configuration would lose its last route, so the old one stays in use; it may be cut short; look at it, "
                            + "then send SIGHUP to use it in any case"))
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                try await until { tracker.received.count == 2 }
                gateway.hangUp()
                #expect(try await gateway.hasLogged("the configuration in use lost its last route, as SIGHUP decided"))
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                #expect(try await bench.settled(3).count == 3)
            }
        }

        @Test func `a mapping and a list of clicks are read again when they change`() async throws {
            let file = "\(Workbench.repository)/mappings/rs-traffic.yaml"
            let mapping = String(decoding: try #require(FileManager.default.contents(atPath: file)), as: UTF8.self)
            let reviewed = ConfigurationText.Entry.casino.with(["review": "[unknown_click: { clicks: clicks.txt }]"])
            try await Workbench.use(ConfigurationText(sources: [reviewed], ["mappings": "trackers"])) { bench, _ in
                try bench.write(mapping, to: "trackers/rs-traffic.yaml")
                try bench.write("some-click\n", to: "clicks.txt")
                try await bench.serve { gateway, port in
                    #expect(try await Samples.rsTraffic.post(port).body.hasPrefix(#"{"status":"ok""#))
                    #expect(try await bench.rows("conversions").map { $0.text("status") } == ["pending_review"])
                    try bench.write("some-click\nabc123def456\n", to: "clicks.txt")
                    #expect(try await gateway.hasLogged("configuration reloaded: source casino changed"))
                    try bench.write(mapping.replacing("status: duplicate", with: "status: known"), to: "trackers/rs-traffic.yaml")
                    #expect(try await gateway.hasLogged("source casino changed", times: 2))
                    #expect(try await Samples.rsTraffic.post(port).body.hasPrefix(#"{"status":"known""#))
                }
            }
        }
    }
}
