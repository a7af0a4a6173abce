import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// Exit codes, diagnostics and lists.
    struct CommandTests {
        @Test func `the demo ends with 0 when 25 of 25 arrived`() async throws {
            try await Workbench.use { bench in
                let run = try await bench.run("demo", "--once")
                #expect(run.status == 0)
                #expect(run.lines.last == "5 requests in, 25 of 25 deliveries arrived.")
                #expect(run.lines.filter { $0.hasPrefix("  → ") && $0.contains(" answered 200 and has ") }.count == 25)
                #expect(run.output.contains("sends RefCampaign's sample: POST /api/v1/conversions/refund"))
                #expect(run.errors == "")
            }
        }

        @Test func `every command says what is wrong with its usage and ends with 64`() async throws {
            try await Workbench.use(environment: ["DEMO_STORE": "demo.db", "SANDBOX": "http://127.0.0.1:1"]) { bench in
                try bench.write(DirectionFixture.demo, to: "gateway.yaml")
                let wrong: [([String], String)] = [
                    (["bogus"], "Error: Unexpected argument 'bogus'"),
                    (["serve", "--port", "1"], "Error: Unknown option '--port'"),
                    (
                        ["conversions", "--since", "11/27/2026"],
                        "Error: The value '11/27/2026' is invalid for '--since <time>': that is no time; write \(WrittenTime.examples)"
                    ),
                    (["deliveries", "--limit", "0"], "Error: --limit must be from 1 to 1000000"),
                    (["replay"], "Error: name ids, or a filter such as --destination main --state dead"),
                    (
                        ["replay", "x"],
                        "Error: 'x' is no id: a conversion's, CONVERSION:DESTINATION, or the number of a refused request; for an order id write `gateway replay --order-id x`"
                    ),
                    (["check", "nope.yaml"], "Error: there is no file or folder 'nope.yaml'"),
                    (["test", "nope"], "Error: there is no file or folder 'nope'"),
                    (["explain", "--source", "shopp"], "there is no source 'shopp' in gateway.yaml; did you mean 'shop'?"),
                    (["explain", "--source", "shop", "nope.http"], "the file 'nope.http' cannot be read"),
                ]
                for (arguments, sentence) in wrong {
                    let process = try await bench.run(arguments)
                    #expect(process.status == 64, "\(arguments)")
                    #expect(process.errors.split(separator: "\n").first.map(String.init) == sentence, "\(arguments)")
                    #expect(process.output == "")
                }
                let version = try await bench.run("--version")
                #expect(version.status == 0)
                let missing = try await bench.run("conversions", "show", "01M7XZYGR53SN5TMMEQXTZPDG0", "--store", "nope.db")
                #expect(missing.status == 1)
                #expect(missing.errors == "no store at 'nope.db'; 'gateway serve' creates it, or name the right file under 'store:'\n")
            }
        }

        @Test func `every mistake of a configuration is shown with its place`() async throws {
            try await Workbench.use { bench in
                try bench.write(Self.broken, to: "gateway.yaml")
                let check = try await bench.run("check")
                #expect(check.status == 1)
                #expect(check.output == "")
                #expect(check.errors.split(separator: "\n").map(String.init) == Self.diagnostics)
                for arguments in [
                    ["serve"], ["conversions"], ["replay", "1"], ["explain", "--source", "a"], ["sandbox", "--config", "gateway.yaml"],
                ] {
                    let run = try await bench.run(arguments)
                    #expect(run.status == 78, "\(arguments)")
                    #expect(run.errors == check.errors, "\(arguments)")
                }
                #expect(!check.errors.contains("s3cr3t-value"))
                let nothing = try await bench.run("serve", "--config", "nope.yaml")
                #expect(nothing.status == 78)
                #expect(nothing.errors == "nope.yaml:1:1: error: no such file; write one or name another with --config FILE\n")
            }
        }

        private static let broken = """
            listen: 8080
            store: oracle:x
            wat: 1
            sources:
              a: { tracker: refcampain, credentials: { api_key: x } }
              b: { tracker: refcampaign, credentials: { api_key: "" } }
              c: { tracker: trcker }
              d: { tracker: rs-traffic, credentials: { secret: "${NO_SUCH_VARIABLE}" }, settings: { amount_unit: cents }, timestamp_tolerance: off }
            destinations:
              x: { tracker: trcker, url: "ftp://x", credentials: { postback_secret: s3cr3t-value }, settings: { brand: b } }
              y: { postback_url: "https://t.example/?cid={clickidd}" }
            routes:
              - { from: a, to: z }
              - { from: "*", to: x, when: "amount > 'x'" }
              - { from: "*", to: x, set: { click: session_id } }
            """
        private static let diagnostics = [
            "gateway.yaml:1:9: error: 'listen' must be HOST:PORT, found '8080'; write 127.0.0.1:8080",
            "gateway.yaml:2:8: error: unknown store 'oracle'; known: postgres, sqlite",
            "gateway.yaml:3:1: error: unknown key 'wat' in the configuration; known: console, destinations, limits, listen, mappings, metrics_token, reload, "
                + "request_id_header, retention, routes, sources, store, tls, trusted_proxies",
            "gateway.yaml:5:17: error: unknown tracker 'refcampain'; did you mean 'refcampaign'?",
            "gateway.yaml:6:54: error: credential 'api_key' of source 'b' is empty; anyone could send in its name",
            "gateway.yaml:7:3: error: source 'c' needs credential 'postback_secret'; 'postback_secret: null' switches the check off, so that anyone may send in its name",
            "gateway.yaml:8:53: error: environment variable 'NO_SUCH_VARIABLE' is not set; set it or write ${NO_SUCH_VARIABLE:-default}",
            "gateway.yaml:8:102: error: setting 'amount_unit' cannot be 'cents'; known: major, minor",
            "gateway.yaml:10:30: error: 'url' begins with https:// or http://, such as https://app.example.com",
            "gateway.yaml:10:99: error: destination 'x' needs setting 'offer', a part of its path /api/postback/{brand}/{offer}",
            "gateway.yaml:11:22: error: unknown macro '{clickidd}' in a postback_url; did you mean '{clickid}'?",
            "gateway.yaml:13:20: error: unknown destination 'z'; did you mean 'x'?",
            "gateway.yaml:14:39: error: a number cannot be compared with a text",
            "gateway.yaml:15:32: error: unknown canonical field 'click'",
        ]

        @Test func `a list whose reader has seen enough ends quietly`() async throws {
            try await Workbench.serve(ConfigurationText()) { bench, _, port, _ in
                for number in 0..<40 { #expect(try await Samples.sale("o-\(number)").post(port).status == 200) }
                let errors = "\(bench.folder)/shell.err"
                let shell = try SpawnedProcess(
                    ["/bin/sh", "-c", "'\(Workbench.executable)' conversions --json | head -n 1 > /dev/null"], in: bench.folder,
                    files: .init(errors: errors))
                #expect(try await shell.ended() == 0)
                #expect(try String(contentsOfFile: errors, encoding: .utf8) == "")
            }
        }

        @Test func `built-in mappings are checked and their examples hold, anywhere`() async throws {
            try await Workbench.use { bench in
                let check = try await bench.run("check")
                #expect(check.status == 0)
                let names = MappingCatalog.builtIn.names
                #expect(names.count >= 45)
                #expect(check.output == "ok: " + names.map { "\($0) (built in)" }.joined(separator: ", ") + "\n")
                let test = try await bench.run("test")
                #expect(test.status == 0)
                #expect(test.lines.count == names.count)
                #expect(test.lines.allSatisfy { $0.hasSuffix(" examples hold") })
                let files = try await bench.run("check", "\(Workbench.repository)/mappings")
                #expect(files.status == 0)
            }
        }
    }
}
