import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What senders and trackers have under way when the service ends.
    struct EndingTests {
        private static func configuration(drain: String) -> ConfigurationText {
            ConfigurationText(to: [.postback("main", "/p?cid={click_id}")], ["limits": "{ drain: \(drain) }"])
        }

        @Test func `a request that is half sent gets its reply, and its connection is closed`() async throws {
            try await Workbench.use(Self.configuration(drain: "60s")) { bench, _ in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                let sale = Samples.sale("half")
                let head = sale.raw.dropLast(sale.body.count).replacing("\r\n\r\n", with: "\r\nExpect: 100-continue\r\n\r\n")
                let (isHalfSent, mayEnd) = (Gate(), Gate())
                async let answer = RawConnection.exchange(
                    port,
                    [
                        .text(String(head)), .replies(1), .text(String(sale.body.prefix(20))), .open(isHalfSent), .pass(mayEnd),
                        .text(String(sale.body.dropFirst(20))),
                    ])
                await isHalfSent.passed()
                gateway.terminate()
                try await gateway.refusesConnections(at: port)
                mayEnd.open()
                #expect(try await gateway.ended() == 0)
                let reply = await answer
                #expect(reply.replies.map(\.status) == [100, 200])
                #expect(reply.replies.last?.headers["connection"] == "close")
                #expect(reply.isClosed)
                #expect(try await bench.rows("conversions").map { $0.text("order_id") } == ["half"])
                // It was stored while the service ended: sent in time, or owed at the next start.
                #expect(try await bench.rows("deliveries").count == 1)
            }
        }

        @Test func `a sender that never finishes and a tracker that never answers do not hold the end up`() async throws {
            try await Workbench.use(Self.configuration(drain: "1s"), tracker: ScriptedTracker.always(.hang)) { bench, tracker in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                #expect(try await Samples.sale("stored").post(port).status == 200)
                let sale = Samples.sale("never")
                let head = sale.raw.dropLast(sale.body.count).replacing("\r\n\r\n", with: "\r\nExpect: 100-continue\r\n\r\n")
                let isHalfSent = Gate()
                async let answer = RawConnection.exchange(
                    port, [.text(String(head)), .replies(1), .text(String(sale.body.prefix(20))), .open(isHalfSent)])
                await isHalfSent.passed()
                try await until { !tracker.received.isEmpty }
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                // The gateway dropped both: the sender's own patience is a minute longer, and no try ended, not even by its timeout.
                let left = await answer
                #expect(left.isClosed)
                #expect(left.replies.map(\.status) == [100])
                #expect(try await bench.states() == ["main pending"])
                #expect(try await bench.rows("deliveries").map { $0.text("attempts") } == ["0"])
                #expect(try await bench.rows("conversions").map { $0.text("order_id") } == ["stored"])
            }
        }

        @Test func `a start on an address that is taken says so, and leaves nothing behind`() async throws {
            for listen in ["127.0.0.1:${TRACKER}", "192.0.2.1:8080"] {
                var configuration = Self.configuration(drain: "1s")
                configuration["listen"] = "\"\(listen)\""
                try await Workbench.use(configuration) { bench, tracker in
                    let before = try FileManager.default.contentsOfDirectory(atPath: bench.folder)
                    let run = try await bench.run("serve")
                    #expect(run.status == 1 && run.output == "")
                    let sentences = [
                        "another process listens on 127.0.0.1:\(tracker.port); stop it or listen elsewhere",
                        "192.0.2.1 is no address of this machine; listen on 127.0.0.1, 0.0.0.0 or one that it has",
                    ]
                    let said = run.errors.split(separator: "\n").map(String.init).filter { !$0.contains(": warning: ") }
                    #expect(said == [sentences[listen.hasPrefix("127") ? 0 : 1]])
                    let after = try FileManager.default.contentsOfDirectory(atPath: bench.folder)
                    #expect(Set(after).subtracting(before).filter { !$0.hasPrefix("process-") } == [])
                }
            }
        }

        @Test func `a second SIGTERM ends it at once, and what was stored is there`() async throws {
            try await Workbench.use(Self.configuration(drain: "1h"), tracker: ScriptedTracker.always(.hang)) { bench, tracker in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                #expect(try await Samples.sale("stored").post(port).status == 200)
                try await until { !tracker.received.isEmpty }
                gateway.terminate()
                try await gateway.refusesConnections(at: port)
                #expect(gateway.isRunning)
                gateway.terminate()
                #expect(try await gateway.ended() == 1)
                #expect(gateway.errors.contains("ended at once by a second SIGTERM"))
                #expect(try await bench.states() == ["main pending"])
                #expect(try await bench.rows("deliveries").map { $0.text("attempts") } == ["0"])
                // Another one takes the store.
                _ = try await bench.start("serve").port()
            }
        }
    }
}
