import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// `gateway doctor --url` against the samples, and against proxies that lack a line of theirs.
    @Suite(.serialized) struct OutsideDoctorTests {
        private static func examine(
            _ sample: ProxySample, _ configuration: ConfigurationText = ProxyBench.configuration, change: (String) -> String = { $0 },
            until isFound: ([String: JSONValue]) -> Bool = { _ in true },
            _ body: (CommandRun, [String: JSONValue]) async throws -> Void
        ) async throws {
            try await ProxyBench.use(sample, configuration, change: change) { front in
                try await front.bench.serve { _, _ in
                    if sample == .haproxy { try await front.answer(1) }
                    let seen = try await eventually {
                        let run = try await front.bench.run(
                            "doctor", "--json", "--url", "https://localhost:\(front.proxy.port)", "--ca-file", front.proxy.authority)
                        guard case .array(let rows) = try JSONValue(parsing: run.output) else {
                            throw RunningProxy.Failure(description: run.errors)
                        }
                        let findings = Dictionary(rows.map { ($0.text("check"), $0) }) { first, _ in first }
                        return isFound(findings) ? (run, findings) : nil
                    }
                    let (run, findings) = try #require(seen, "the proxy did nothing wrong")
                    try await body(run, findings)
                    #expect(try await front.bench.rows("conversions").isEmpty)
                    #expect(try await front.bench.rows("refused").isEmpty)
                }
            }
        }

        @Test(arguments: ProxySample.allCases)
        func `a sample has no problem`(_ sample: ProxySample) async throws {
            try await Self.examine(sample) { run, findings in
                #expect(run.status == 0)
                #expect(findings.values.filter { $0.text("level") != "ok" } == [], "\(run.output)")
                #expect(
                    Set(findings.keys) == [
                        "tls", "gateway", "sender's address", "request id", "cache", "query", "path", "raw bytes", "long addresses", "body",
                        "large bodies", "senders that leave", "other hosts",
                    ])
                #expect(findings["tls"]?.text("sentence").hasPrefix("the certificate is good for ") == true)
                #expect(
                    findings["sender's address"]?.text("sentence")
                        == "the proxy at 127.0.0.1 says that this machine is 127.0.0.1, which is a trusted proxy itself; ask from another "
                        + "machine, too")
            }
        }

        @Test(
            arguments: [
                (
                    ProxySample.nginx, "proxy_ignore_client_abort on;", "", "senders that leave",
                    "were dropped because their senders closed at once"
                ),
                (.nginx, "large_client_header_buffers 4 64k;", "", "long addresses", "was answered with 414 by 'nginx/"),
                (.nginx, "client_max_body_size 1m;", "client_max_body_size 8k;", "large bodies", "was answered with 413 by 'nginx/"),
                (
                    .nginx, "$proxy_add_x_forwarded_for", "$http_x_forwarded_for", "sender's address",
                    "passes on the X-Forwarded-For of its client"
                ),
                (.nginx, "$request_id", "$http_x_request_id", "request id", "passes on its client's X-Request-ID"),
                (
                    .nginx, "proxy_set_header X-Request-ID $request_id;", "proxy_set_header X-Request-ID \"\";", "request id",
                    "no X-Request-ID arrives"
                ),
                (.nginx, "proxy_pass http://gateway;", "proxy_pass http://gateway/;", "path", "was sent and "),
                (.nginx, "proxy_pass http://gateway;", "return 200;", "gateway", "was answered with 200 by 'nginx/"),
                (.haproxy, "option accept-invalid-http-request", "", "raw bytes", "was answered with 400"),
                (.caddy, "respond \"no such host here\" 421", "", "other hosts", "gets 200 from the proxy itself"),
                (.apache, "AllowEncodedSlashes NoDecode", "", "path", "was answered with 404 by 'Apache"),
            ] as [(ProxySample, String, String, String, String)])
        func `a line that is missing is found`(_ sample: ProxySample, line: String, instead: String, check: String, words: String)
            async throws
        {
            let change: (String) -> String = { $0.replacing(line, with: instead) }
            // Whether the proxy notices in time that a sender has left depends on the machine: it drops some, and once it has, that is found.
            let isFound = { (findings: [String: JSONValue]) in check != "senders that leave" || findings[check]?.text("level") == "problem"
            }
            try await Self.examine(sample, change: change, until: isFound) { run, findings in
                #expect(run.status == 1)
                #expect(findings[check]?.text("level") == "problem", "\(run.output)")
                #expect(findings[check]?.text("sentence").contains(words) == true, "\(run.output)")
            }
        }

        @Test func `a proxy that is not trusted is named`() async throws {
            let configuration = ConfigurationText(to: [])
            try await Self.examine(.nginx, configuration) { run, findings in
                #expect(run.status == 1)
                #expect(
                    findings["sender's address"]?.text("sentence")
                        == "a proxy at 127.0.0.1 is in front and not trusted, so that all senders are one address; add it to 'trusted_proxies'"
                )
            }
        }

        @Test func `another configuration's pass is not taken, and nothing is shown without one`() async throws {
            try await ProxyBench.use(.nginx) { front in
                try await front.bench.serve { _, port in
                    var other = ProxyBench.configuration
                    other[source: "shop"]["credentials"] = "{ api_key: another-key-0000001 }"
                    try front.bench.write(other.text, to: "other.yaml")
                    let run = try await front.bench.run(
                        "doctor", "--config", "other.yaml", "--url", "https://localhost:\(front.proxy.port)", "--ca-file",
                        front.proxy.authority)
                    #expect(run.status == 1)
                    #expect(run.output.contains("reached a gateway that does not take this configuration's pass"))
                    for headers in ["", "Gateway-Probe: 1.a.b\r\n"] {
                        let answer = await RawConnection.exchange(port, "GET /probez HTTP/1.1\r\nHost: x\r\n\(headers)\r\n")
                        #expect(answer.line == #"404 {"error":"nothing answers at '/probez'"}"#)
                    }
                }
            }
        }
    }
}
