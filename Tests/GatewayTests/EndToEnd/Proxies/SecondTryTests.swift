import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// Two gateways behind a proxy that sends a request to the second one if the first gives no answer.
    @Suite(.serialized) struct SecondTryTests {
        static let two: [ProxySample] = [.nginx, .haproxy]

        /// The first gateway stores a sale and is killed before it answers.
        private static func afterSecondTry(
            _ sample: ProxySample, _ configuration: ConfigurationText, _ body: (ProxyBench, OutsideAnswer?) async throws -> Void
        ) async throws {
            try await ProxyBench.useTwo(sample, configuration, server: try PostgresServer.shared.get()) { front, start in
                front.bench.set("GATEWAY_KILL_AT", "after-commit")
                let first = try await start(0)
                front.bench.set("GATEWAY_KILL_AT", "")
                let second = try await start(1)
                try await front.answer(2)
                // The proxy asks them in turn; whichever it asks first, one of the two requests meets the gateway that dies.
                var answers = [await front.send("GET", ProxyBench.nameless("c-1"))]
                if first.isRunning { answers.append(await front.send("GET", ProxyBench.nameless("c-2"))) }
                #expect(try await first.ended() == -SIGKILL)
                try await body(front, answers.last ?? nil)
                second.terminate()
                #expect(try await second.ended() == 0)
            }
        }

        @Test(arguments: two)
        func `a sale without an order id counts once, although it was sent twice`(_ sample: ProxySample) async throws {
            try await Self.afterSecondTry(sample, ProxyBench.configuration) { front, answer in
                let conversions = try await front.bench.rows("conversions")
                let clicks = conversions.map { $0.text("click_id") }
                #expect(clicks.count == Set(clicks).count)
                #expect(answer?.status == 200)
                let text = answer.map { String(decoding: $0.body, as: UTF8.self) } ?? ""
                // As the first try would have been answered.
                #expect(conversions.contains { text == #"{"data":{"status":"ok","conversionId":"\#($0.text("id"))"}}"# }, "\(text)")
                let sent = try await front.bench.settled(clicks.count)
                #expect(sent.count == clicks.count)
            }
        }

        @Test func `without the name of the request it counts twice`() async throws {
            var configuration = ProxyBench.configuration
            configuration["request_id_header"] = nil
            try await Self.afterSecondTry(.nginx, configuration) { front, _ in
                let clicks = try await front.clicks()
                #expect(clicks.count == Set(clicks).count + 1)
            }
        }

        @Test(arguments: two)
        func `two gateways that are killed in turn lose and double nothing, though no sale has an order id`(_ sample: ProxySample)
            async throws
        {
            try await ProxyBench.useTwo(sample, server: try PostgresServer.shared.get()) { front, start in
                var gateways = [try await start(0), try await start(1)]
                try await front.answer(2)
                let answers = try await SenderLoad.run { name in
                    await front.send("GET", ProxyBench.nameless(name))?.status ?? 0
                } during: { load in
                    for round in 0..<6 {
                        try await load.answers(more: 40)
                        gateways[round % 2].kill()
                        #expect(try await gateways[round % 2].ended() == -SIGKILL)
                        try await load.answers(more: 40)
                        gateways[round % 2] = try await start(round % 2)
                        // Until the proxy has asked it again.
                        try await front.answer(2)
                    }
                }
                let clicks = try await front.clicks()
                #expect(clicks.count == Set(clicks).count, "\(clicks.count - Set(clicks).count) of \(clicks.count) are doubled")
                #expect(answers.filter { $0.value != 200 } == [:])
                #expect(Set(clicks) == Set(answers.keys))
                for gateway in gateways {
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                }
            }
        }
    }
}
