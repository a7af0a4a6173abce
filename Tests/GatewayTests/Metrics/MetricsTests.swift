import Foundation
import Testing

extension EndToEnd {
    struct MetricsTests {
        private static let main = ConfigurationText.Entry.tracker(
            "main", "trcker", at: "/tk", credentials: "{ postback_secret: outgoing-token }", ["settings": "{ brand: b, offer: o }"])
        private static let configuration = ConfigurationText(sources: [.shop], to: [main])
        private static let taken = ScriptedTracker.Answer.reply(200, body: #"{"data":{"status":"ok","conversionId":"T-900"}}"#)

        @Test func `every series is there before the first request, and counts exactly afterwards`() async throws {
            try await Workbench.browse(Self.configuration, tracker: ScriptedTracker.always(Self.taken)) { bench, browser, port, _ in
                let first = try await browser.get("/metrics")
                #expect(first.status == 200)
                #expect(first.headers.first { $0.key.lowercased() == "content-type" }?.value == "text/plain; version=0.0.4; charset=utf-8")
                for line in [
                    #"gateway_requests_total{source="shop",outcome="accepted"} 0"#,
                    #"gateway_refusals_total{source="shop",code="missing_field"} 0"#,
                    #"gateway_attempts_total{destination="main",outcome="timeout"} 0"#,
                    #"gateway_deliveries_ended_total{destination="main",state="dead"} 0"#,
                    #"gateway_arrival_seconds_bucket{destination="main",le="259200"} 0"#,
                    #"gateway_breaker_open{destination="main"} 0"#, #"gateway_deliveries{destination="main",state="pending"} 0"#,
                    #"gateway_oldest_pending_seconds{destination="main"} 0"#,
                ] { #expect(first.text.contains(line + "\n"), "\(line)") }

                #expect(try await Samples.sale("ord_1").post(port).status == 200)
                #expect(try await Samples.sale("ord_1").post(port).status == 200)
                #expect(try await Samples.sale("ord_2").post(port).status == 200)
                var lost = Samples.sale("ord_3")
                lost.body = lost.body.replacing(#","currency":"EUR""#, with: "")
                #expect(try await lost.post(port).status == 400)
                var stranger = Samples.sale("ord_4")
                stranger.headers = [Samples.json, ("Authorization", "Bearer wrong")]
                #expect(try await stranger.post(port).status == 401)
                _ = try await bench.settled(2)
                let wanted = [
                    #"gateway_requests_total{source="shop",outcome="accepted"} 2"#,
                    #"gateway_requests_total{source="shop",outcome="duplicate"} 1"#,
                    #"gateway_requests_total{source="shop",outcome="refused"} 1"#,
                    #"gateway_refusals_total{source="shop",code="missing_field"} 1"#,
                    #"gateway_refusals_total{source="(unknown)",code="unauthorized"} 1"#,
                    #"gateway_deliveries{destination="main",state="delivered"} 2"#,
                    #"gateway_received_amount_total{source="shop",currency="EUR"} 99.8"#,
                    #"gateway_attempts_total{destination="main",outcome="delivered"} 2"#,
                    #"gateway_deliveries_ended_total{destination="main",state="delivered"} 2"#,
                    #"gateway_attempt_seconds_count{destination="main"} 2"#,
                    #"gateway_arrival_seconds_count{destination="main"} 2"#,
                ]
                let page = try #require(
                    try await eventually { () -> String? in
                        let text = try await browser.get("/metrics").text
                        return wanted.allSatisfy { text.contains($0 + "\n") } ? text : nil
                    })
                #expect(try #require(page.firstMatch(of: /\ngateway_store_bytes (\d+)\n/)?.output.1).count > 4)
                #expect(!page.contains("ord_1"))
                #expect(!page.contains("outgoing-token"))
            }
        }

        @Test func `with a metrics_token a reader must show it`() async throws {
            var configuration = Self.configuration
            configuration["metrics_token"] = "scrape_4711_scrape_4711"
            try await Workbench.browse(configuration) { _, browser, _, _ in
                let refused = try await browser.get("/metrics", headers: ["Authorization": "Bearer scrape_4711_scrape_471X"])
                #expect(refused.status == 401)
                #expect(
                    refused.text == "/metrics needs the header 'Authorization: Bearer' with the metrics_token of the configuration.\n")
                #expect(try await browser.get("/metrics", headers: ["Authorization": "bearer scrape_4711_scrape_4711"]).status == 200)
                #expect(try await browser.ask("POST", "/metrics", [:], "x=1").status == 405)
            }
        }
    }
}
