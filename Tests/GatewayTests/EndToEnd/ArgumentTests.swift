import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What people type where the commands expect something else.
    struct ArgumentTests {
        @Test func `a configuration is checked and served under its name alone`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("main", "/pb?cid={click_id}")])
            try await Workbench.use(configuration) { (bench, _) async throws in
                try FileManager.default.moveItem(atPath: "\(bench.folder)/gateway.yaml", toPath: "\(bench.folder)/other.yaml")
                let check = try await bench.run("check", "other.yaml")
                #expect(check.status == 0)
                #expect(check.output == "ok: other.yaml\n")
                try bench.write("sources:\n  shop: { tracker: refcampain }\n", to: "broken.yaml")
                let broken = try await bench.run("check", "broken.yaml")
                #expect(broken.status == 1)
                #expect(
                    broken.errors.split(separator: "\n").first
                        == "broken.yaml:2:20: error: unknown tracker 'refcampain'; did you mean 'refcampaign'?"
                )
                try await bench.serve("other.yaml") { (_, port) async throws in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                }
                let two = try await bench.run("serve", "other.yaml", "--config", "broken.yaml")
                #expect(two.status == 64)
                #expect(
                    two.errors.split(separator: "\n").first
                        == "Error: --config names 'broken.yaml', and the argument 'other.yaml'; keep one")
            }
        }

        @Test(arguments: [
            (["deliverys"], "there is no command 'deliverys'; did you mean 'deliveries'?"),
            (["conversions", "shw"], "there is no command 'conversions shw'; did you mean 'conversions show'?"),
            (["pauze", "u"], "there is no command 'pauze'; did you mean 'pause'?"),
            (["deliverys", "--state", "dead"], "there is no command 'deliverys'; did you mean 'deliveries'?"),
            (["conversions", "sho", "p2"], "there is no command 'conversions sho'; did you mean 'conversions show'?"),
            (["conversions", "p1", "p2"], "2 unexpected arguments: 'p1', 'p2'"),
            (["doctor", "gateway.yaml"], "a configuration is named by --config; write gateway doctor --config gateway.yaml"),
            (["sandbox", "gateway.yaml"], "a configuration is named by --config; write gateway sandbox --config gateway.yaml"),
            (
                ["explain", "gateway.yaml", "--source", "shop"],
                "'gateway.yaml' is a configuration, not a request; write gateway explain --config gateway.yaml --source shop REQUEST"
            ),
            (
                ["explain", "gateway.yaml"],
                "'gateway.yaml' is a configuration, not a request; write gateway explain --config gateway.yaml --source NAME REQUEST"
            ),
            (["explain", "order.json"], "name the source whose request this is: gateway explain --source NAME order.json"),
            (
                ["deliveries", "--not-routed", "--failed"],
                "--not-routed takes conversions without a delivery, so --state and --failed find nothing beside it; drop one"
            ),
            (
                ["refused", "show", "abc"],
                "'abc' is no number; `gateway refused` lists the requests with theirs, as in `gateway refused show 1`"
            ),
            (
                ["replay", "p 1"],
                "'p 1' is no id: a conversion's, CONVERSION:DESTINATION, or the number of a refused request; for an order id write `gateway replay --order-id 'p 1'`"
            ),
            (["conversions", "--sorce", "x"], "Unknown option '--sorce'. Did you mean '--source'?"),
        ])
        func `a mistyped word is answered with the right command`(arguments: [String], sentence: String) async throws {
            try await Workbench.use(ConfigurationText(sources: [.shop])) { (bench, _) async throws in
                let run = try await bench.run(arguments)
                #expect(run.status == 64)
                #expect(run.errors.split(separator: "\n").first.map(String.init) == "Error: \(sentence)")
                #expect(run.output == "")
            }
        }

        @Test func `the sandbox takes the place of postback_url destinations`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop],
                to: [
                    .postback(
                        "voluum", "/postback?token=${TOKEN}&cid={click_id}", ["refund_url": "\"https://t.example/back?cid={click_id}\""]),
                    .postback("partner", "/sale/{order_id}/done?sum={amount}"),
                ])
            try await Workbench.use(configuration, environment: ["TOKEN": "s3cr3t-token"]) { (bench, _) async throws in
                let sandbox = try bench.start("sandbox", "--config", "gateway.yaml", "--listen", "127.0.0.1:0")
                let port = try await sandbox.port()
                func get(_ target: String) async -> Int {
                    await RawConnection.exchange(port, "GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n").first.status
                }
                #expect(await get("/voluum?cid=c-1") == 200)
                #expect(await get("/postback?token=s3cr3t-token&cid=c-2") == 200)
                #expect(await get("/back?cid=c-3") == 200)
                #expect(await get("/sale/o-4/done?sum=5.00") == 200)
                #expect(await get("/sale/o-4/other") == 404)
                #expect(await get("/voluumx") == 404)
                try await until { sandbox.output.split(separator: "\n").count == 7 }
                let lines = sandbox.output.split(separator: "\n").map(String.init)
                #expect(
                    lines.prefix(3) == [
                        "listening on 127.0.0.1:\(port)", "  a postback_url: http://127.0.0.1:\(port)/voluum",
                        "  a postback_url: http://127.0.0.1:\(port)/partner",
                    ])
                #expect(
                    lines.dropFirst(3).map { $0.drop { $0 != " " }.dropFirst() } == [
                        "voluum GET /voluum?cid=c-1", "voluum GET /postback?token=***&cid=c-2", "voluum GET /back?cid=c-3",
                        "partner GET /sale/o-4/done?sum=5.00",
                    ])
                sandbox.terminate()
                #expect(try await sandbox.ended() == 0)
            }
        }
    }
}
