import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// The service's end, a disk without space, and a tracker that came after the build.
    struct LifeTests {
        @Test func `SIGTERM lets the attempt under way finish and keeps the rest pending`() async throws {
            let script: ScriptedTracker.Script = { _, request in
                request.uri.contains("hang") ? .hang : .late(.milliseconds(800))
            }
            let configuration = ConfigurationText(
                to: [.postback("slow", "/slow?cid={click_id}", ["concurrency": "1"]), .postback("hangs", "/hang?cid={click_id}")],
                ["limits": "{ drain: 4s }"])
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                for number in 0..<3 { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
                try await until { tracker.received.contains { $0.uri.hasPrefix("/slow") } }
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                let refused = await RawConnection.exchange(port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(refused.bytes.isEmpty)
                #expect(
                    try await bench.states() == [
                        "hangs pending", "hangs pending", "hangs pending", "slow delivered", "slow pending", "slow pending",
                    ])
                // None of them ended, not even by its timeout: the end did not wait for that.
                #expect(try await bench.rows("deliveries", "--destination", "hangs").allSatisfy { $0.text("attempts") == "0" })
            }
        }

        @Test func `an idle gateway with open connections ends at once`() async throws {
            // A gateway that waited for the connection would need longer than the test has.
            try await Workbench.use(ConfigurationText(["limits": "{ drain: 1h }"])) { bench, _ in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                let isIdle = Gate()
                async let idle = RawConnection.exchange(
                    port, [.text("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"), .replies(1), .open(isIdle)])
                await isIdle.passed()
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                #expect(await idle.isClosed)
            }
        }

        @Test func `a full disk gets a 503 and the sender's repeat is stored once there is space`() async throws {
            try await Workbench.use(ConfigurationText(["store": "sqlite:disk/gateway.db"])) { bench, _ in
                let disk = "\(bench.folder)/disk"
                try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
                guard try await SpawnedProcess.run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk) == 0 else {
                    print("skipped: this user may not mount a small disk")
                    return
                }
                do {
                    try await fill(bench, disk)
                } catch {
                    _ = try? await SpawnedProcess.run("umount", "-l", disk)
                    throw error
                }
                #expect(try await SpawnedProcess.run("umount", "-l", disk) == 0)
            }
        }

        private func fill(_ bench: Workbench, _ disk: String) async throws {
            try await bench.serve { _, port in
                #expect(try await Samples.sale("before").post(port).status == 200)
                let free = try FileManager.default.attributesOfFileSystem(forPath: disk)[.systemFreeSize] as? Int ?? 0
                try Data(repeating: 1, count: max(0, free - 4096)).write(to: URL(filePath: "\(disk)/ballast"))
                var accepted: [String] = ["before"]
                var refused: (status: Int, body: String, headers: [String: String])?
                for number in 0..<200 where refused == nil {
                    let answer = try await Samples.sale("o-\(number)", more: ",\"note\":\"\(String(repeating: "n", count: 2000))\"").post(
                        port)
                    if answer.status == 200 { accepted.append("o-\(number)") } else { refused = answer }
                }
                let answer = try #require(refused)
                #expect(answer.status == 503)
                #expect(answer.headers["retry-after"] == "30")
                #expect(
                    answer.body.hasPrefix(
                        #"{"success":false,"error":{"code":"SERVICE_UNAVAILABLE","message":"the gateway cannot store more at the moment; try again later"}"#
                    ))
                for (sample, body) in [
                    (Samples.trcker, #"{"error":"the gateway cannot store more at the moment; try again later"}"#),
                    (Samples.rsTraffic, #"{"status":"error","error":"the gateway cannot store more at the moment; try again later"}"#),
                ] {
                    let answer = try await sample.post(port)
                    #expect(answer.status == 503)
                    #expect(answer.headers["retry-after"] == "30")
                    #expect(answer.body == body)
                }
                let ready = await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(ready.first.status == 503)
                #expect(await RawConnection.exchange(port, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").first.status == 200)
                try FileManager.default.removeItem(atPath: "\(disk)/ballast")
                #expect(try await Samples.trcker.post(port).status == 200)
                #expect(try await Samples.sale("after").post(port).status == 200)
                let stored = try await bench.rows("conversions").map { $0.text("order_id") }
                #expect(Set(stored) == Set(accepted + ["order-12345", "after"]))
                #expect(stored.count == accepted.count + 2)
            }
        }

        @Test func `a new tracker is one file, in both directions`() async throws {
            let partner = ConfigurationText.Entry("partner", ["tracker": "acme", "credentials": "{ token: acme-token-1 }"])
            let configuration = ConfigurationText(
                sources: .ofEveryTracker + [partner],
                to: [
                    .tracker("to-acme", "acme", credentials: "{ token: out-token-1 }"),
                    .tracker(
                        "to-trcker", "trcker", credentials: "{ postback_secret: out-secret-2 }", ["settings": "{ brand: b, offer: o }"]),
                ],
                routes: ["{ from: partner, to: to-trcker }", "{ from: network, to: to-acme }"], ["mappings": "trackers"])
            let script = ScriptedTracker.always(
                .reply(200, body: #"{"result":"ok","ref":"acme-77","data":{"status":"ok","conversionId":"tk-1"}}"#))
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                try bench.write(Self.acme, to: "trackers/acme.yaml")
                #expect(try await bench.run("check", "trackers").status == 0)
                let test = try await bench.run("test", "trackers")
                #expect(test.output == "acme: 2 of 2 examples hold\n")
                try await bench.serve { _, port in
                    let sale = Sample(
                        source: "partner", target: "/acme/sales", headers: [Samples.json, ("X-Acme-Token", "acme-token-1")],
                        body: #"{"visit":"v-1","order":"a-1","total":{"value":"12.50","currency":"EUR"}}"#)
                    let answer = try await sale.post(port)
                    let id = try #require(try await bench.rows("conversions").first).text("id")
                    #expect("\(answer.status) \(answer.body)" == "200 {\"result\":\"ok\",\"ref\":\"\(id)\"}")
                    #expect(try await sale.post(port).body == #"{"result":"known"}"#)
                    var wrong = sale
                    wrong.headers = [Samples.json]
                    #expect(try await wrong.post(port).body == #"{"result":"who are you"}"#)
                    wrong = sale
                    wrong.body = #"{"visit":"v-1","order":"a-2","total":{"value":"1,234.56","currency":"EUR"}}"#
                    let refusal = try await wrong.post(port)
                    #expect(
                        "\(refusal.status) \(refusal.body)"
                            == #"400 {"result":"no","why":"total.value '1,234.56' has a thousands separator; write 1234.56"}"#)
                    #expect(try await Samples.trcker.post(port).status == 200)
                    let rows = try await bench.settled(2)
                    #expect(
                        rows.map { "\($0.text("destination")) \($0.text("state")) \($0.text("remote_id"))" } == [
                            "to-acme delivered acme-77", "to-trcker delivered tk-1",
                        ])
                    let received = tracker.received
                    #expect(received.first?.uri == "/api/postback/b/o?click_id=v-1&amount=12.50&txn_id=a-1&event=sale&currency=EUR")
                    #expect(received.last?.uri == "/acme/sales")
                    #expect(received.last?.headers["X-Acme-Token"] == ["out-token-1"])
                    #expect(
                        received.last?.body
                            == #"{"visit":"a1b2c3d4-e5f6-...","order":"order-12345","total":{"value":49.99,"currency":"USD"}}"#)
                }
            }
        }

        private static let acme = """
            tracker: Acme
            request: { method: POST, path: /acme/sales, body: json }
            credentials:
              token: { header: X-Acme-Token }
            fields:
              visit: { is: click_id, required: true }
              order: { is: order_id, required: true, out: "coalesce(order_id, id)" }
              total.value: { is: amount, as: money(major), required: true }
              total.currency: { is: currency, as: currency(iso), required: true }
            computed:
              type: '"sale"'
            same_conversion: [order]
            replies:
              accepted: { status: 200, body: { result: ok, ref: "{id}" }, matches: { status: 200, body: { result: ok, ref: "{id}" } } }
              duplicate: { status: 200, body: { result: known } }
              unauthorized: { status: 401, body: { result: who are you } }
              error: { body: { result: "no", why: "{reason}" } }
            examples:
              - name: a sale
                given: { body: { visit: v, order: o, total: { value: "12.50", currency: EUR } } }
                expect: { click_id: v, order_id: o, amount: EUR 12.50, type: sale }
                sends: { body: { visit: v, order: o, total: { value: 12.50, currency: EUR } } }
              - name: a thousands separator
                given: { body: { visit: v, order: o, total: { value: "1,234.56", currency: EUR } } }
                error: total.value '1,234.56' has a thousands separator; write 1234.56
            """
    }
}
