import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A gateway that serves HTTPS itself.
    struct HTTPSTests {
        private static let paths = "{ certificate: one.pem, key: one.key }"

        /// Signs for itself, with `openssl`.
        private static func make(_ name: String, for host: String, days: Int = 90, in bench: Workbench) async throws {
            let code = try await SpawnedProcess.run(
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)", "-subj",
                "/CN=\(host)", "-addext", "subjectAltName=DNS:\(host)", "-keyout", "\(bench.folder)/\(name).key", "-out",
                "\(bench.folder)/\(name).pem")
            #expect(code == 0)
        }

        private static func configuration(_ tls: String) -> ConfigurationText { ConfigurationText(sources: [.shop], to: [], ["tls": tls]) }

        /// What `curl` prints, its exit code first.
        private static func curl(_ bench: Workbench, _ arguments: String...) async throws -> String {
            let output = "\(bench.folder)/curl-\(UUID().uuidString)"
            let process = try SpawnedProcess(
                ["curl", "--silent", "--max-time", "120"] + arguments, in: bench.folder,
                files: SpawnedProcess.Files(output: output, errors: output))
            let code = try await process.ended()
            return "\(code) " + (try String(contentsOfFile: output, encoding: .utf8))
        }

        private static func order(_ number: Int) -> [String] {
            [
                "--header", "Authorization: Bearer rc_test_demo_sender_1", "--header", "Content-Type: application/json", "--data",
                #"{"externalId":"o-\#(number)","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"s"}"#,
            ]
        }

        private static func send(_ bench: Workbench, to host: String, _ port: Int, trusting certificate: String, _ number: Int) async throws
            -> String
        {
            let output = "\(bench.folder)/order-\(number)"
            let process = try SpawnedProcess(
                [
                    "curl", "--silent", "--max-time", "120", "--cacert", certificate, "--resolve", "\(host):\(port):127.0.0.1",
                    "--write-out", " %{http_code} %{http_version}",
                ] + order(number) + ["https://\(host):\(port)/api/v1/conversions/postback"], in: bench.folder,
                files: SpawnedProcess.Files(output: output, errors: output))
            let code = try await process.ended()
            return "\(code)" + String(try String(contentsOfFile: output, encoding: .utf8).split(separator: "}").last ?? "")
        }

        /// - Parameter certificates: the host of each, by its file's name.
        private static func serve(
            _ tls: String, _ certificates: KeyValuePairs<String, String> = ["one": "localhost"],
            _ body: (Workbench, GatewayProcess, Int) async throws -> Void
        ) async throws {
            try await Workbench.use { bench in
                for (name, host) in certificates { try await make(name, for: host, in: bench) }
                try bench.configure(configuration(tls))
                try await bench.serve { gateway, port in try await body(bench, gateway, port) }
            }
        }

        @Test func `a sender reaches the gateway by HTTPS, under each of its names`() async throws {
            try await Self.serve(
                "[{ certificate: one.pem, key: one.key }, { certificate: two.pem, key: two.key }]",
                ["one": "track.example.com", "two": "*.shop.example"]
            ) { bench, _, port in
                let first = try await Self.send(bench, to: "track.example.com", port, trusting: "one.pem", 1)
                let second = try await Self.send(bench, to: "eu.shop.example", port, trusting: "two.pem", 2)
                let mistrusted = try await Self.send(bench, to: "track.example.com", port, trusting: "two.pem", 3)
                #expect(first == "0 200 1.1")
                #expect(second == "0 200 1.1")
                // curl's code for a certificate that it does not trust.
                #expect(mistrusted == "60 000 0")
                #expect(try await bench.rows("conversions").count == 2)
            }
        }

        @Test func `plain HTTP is led to HTTPS if it reads a page, and told so if it brings something`() async throws {
            try await Self.serve(Self.paths) { bench, _, port in
                let page = await RawConnection.exchange(port, "GET /readyz?a=b HTTP/1.1\r\nHost: localhost:\(port)\r\n\r\n")
                #expect(page.first.status == 308)
                #expect(page.first.headers.first { $0.key.lowercased() == "location" }?.value == "https://localhost:\(port)/readyz?a=b")
                let order = await RawConnection.exchange(
                    port, "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
                #expect(order.first.status == 400)
                #expect(order.first.body == "This port speaks HTTPS: send the request to https:// instead.\n")
                let elsewhere = await RawConnection.exchange(port, "GET /readyz HTTP/1.1\r\nHost: a/b@evil.example\r\n\r\n")
                #expect(elsewhere.first.status == 400)
                let ready = try await Self.curl(bench, "--cacert", "one.pem", "https://localhost:\(port)/readyz")
                #expect(ready.hasPrefix(#"0 {"status":"ok""#), "\(ready)")
            }
        }

        @Test func `TLS before 1.2 is refused`() async throws {
            try await Self.serve(Self.paths) { bench, _, port in
                let url = "https://localhost:\(port)/readyz"
                let old = try await Self.curl(bench, "--insecure", "--ciphers", "DEFAULT@SECLEVEL=0", "--tlsv1.1", "--tls-max", "1.1", url)
                #expect(old.hasPrefix("35 "), "\(old)")
                for version in ["1.2", "1.3"] {
                    let answer = try await Self.curl(bench, "--insecure", "--tlsv\(version)", "--tls-max", version, url)
                    #expect(answer.hasPrefix("0 {"), "\(version): \(answer)")
                }
            }
        }

        @Test func `a renewed certificate is used at once, and one that does not fit its key leaves the old one in use`() async throws {
            try await Self.serve(Self.paths) { bench, gateway, port in
                func read(_ name: String) throws -> String { try String(contentsOfFile: "\(bench.folder)/\(name)", encoding: .utf8) }
                try bench.write(read("one.pem"), to: "first.pem")
                try await Self.make("next", for: "localhost", in: bench)
                try bench.write(read("next.pem"), to: "one.pem")
                #expect(try await gateway.hasLogged("is not the key of the certificate"))
                #expect(try await Self.send(bench, to: "localhost", port, trusting: "first.pem", 1) == "0 200 1.1")
                try bench.write(read("next.key"), to: "one.key")
                #expect(try await gateway.hasLogged("configuration reloaded: tls changed"))
                #expect(try await Self.send(bench, to: "localhost", port, trusting: "next.pem", 2) == "0 200 1.1")
            }
        }

        @Test func `every sale is stored whose sender closes without reading`() async throws {
            let script = """
                <?php
                [, $port, $count] = $argv;
                $context = stream_context_create(['ssl' => ['cafile' => 'one.pem', 'peer_name' => 'localhost']]);
                for ($number = 1; $number <= $count; $number++) {
                    $body = json_encode(['externalId' => "o-$number", 'conversionType' => 'SALE', 'amount' => 4990, 'currency' => 'EUR',
                        'clickId' => "c-$number"]) . str_repeat(' ', $number % 2 * 60000);
                    $request = "POST /api/v1/conversions/postback HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
                        . "Authorization: Bearer rc_test_demo_sender_1\\r\\nContent-Type: application/json\\r\\n"
                        . 'Content-Length: ' . strlen($body) . "\\r\\n\\r\\n$body";
                    $socket = stream_socket_client("ssl://localhost:$port", $code, $message, 60, STREAM_CLIENT_CONNECT, $context);
                    if (!$socket || fwrite($socket, $request) !== strlen($request)) exit(1);
                    fclose($socket);
                }
                """
            try await Self.serve(Self.paths) { bench, _, port in
                try bench.write(script, to: "leave.php")
                let errors = "\(bench.folder)/leave.err"
                let process = try SpawnedProcess(
                    ["php", "leave.php", "\(port)", "100"], in: bench.folder, files: SpawnedProcess.Files(output: errors, errors: errors))
                let code = try await process.ended()
                #expect(code == 0, "\((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
                try await until { try await bench.rows("conversions").count >= 100 }
                #expect(Set(try await bench.rows("conversions").map { $0.text("order_id") }) == Set((1...100).map { "o-\($0)" }))
            }
        }

        @Test func `check names the file that is wrong, and doctor counts the days`() async throws {
            try await Workbench.use { bench in
                try await Self.make("one", for: "localhost", in: bench)
                try await Self.make("two", for: "localhost", days: 5, in: bench)
                func check(_ tls: String) async throws -> String {
                    try bench.configure(Self.configuration(tls))
                    let run = try await bench.run("check", "--config", "gateway.yaml")
                    return run.output + run.errors
                }
                #expect(
                    try await check("{ certificate: one.pem, key: two.key }").contains(
                        "file 'two.key' is not the key of the certificate; name the two that were made together"))
                #expect(try await check("{ certificate: one.key, key: one.key }").contains("file 'one.key' holds no certificate"))
                #expect(try await check("{ certificate: none.pem, key: one.key }").contains("there is no file 'none.pem'"))
                #expect(try await check("{ certificate: one.pem }").contains("'tls' needs 'key'"))
                _ = try await check("[{ certificate: one.pem, key: one.key }, { certificate: two.pem, key: two.key }]")
                let doctor = try await bench.run("doctor", "--config", "gateway.yaml")
                #expect(doctor.output.contains("the certificate of localhost is good for 89 days"))
                #expect(doctor.output.contains("the certificate of localhost is good for 4 days; senders fail when it ends, so renew it"))
            }
        }
    }
}
