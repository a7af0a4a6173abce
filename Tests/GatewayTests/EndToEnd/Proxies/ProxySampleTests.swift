import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// Each sample of `docs/operations/` as it is written there.
    @Suite(.serialized) struct ProxySampleTests {
        /// Sends sales and closes at once, as WordPress does with `blocking => false`: neither reads what may still come.
        private static let leaver = """
            <?php
            [, $port, $authority, $count] = $argv;
            $context = stream_context_create(['ssl' => ['cafile' => $authority, 'peer_name' => 'localhost']]);
            for ($number = 1; $number <= $count; $number++) {
                $body = json_encode(['externalId' => "post-$number", 'conversionType' => 'SALE', 'amount' => 4990, 'currency' => 'EUR',
                    'clickId' => "post-$number"]);
                $requests = [
                    "GET /api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=get-$number&amount=5 HTTP/1.1\\r\\n"
                        . "Host: localhost\\r\\nConnection: close\\r\\n\\r\\n",
                    "POST /api/v1/conversions/postback HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n"
                        . "Authorization: Bearer rc_test_demo_sender_1\\r\\nContent-Type: application/json\\r\\n"
                        . 'Content-Length: ' . strlen($body) . "\\r\\n\\r\\n$body",
                ];
                foreach ($requests as $request) {
                    $socket = stream_socket_client("ssl://localhost:$port", $code, $message, 60, STREAM_CLIENT_CONNECT, $context);
                    if (!$socket || fwrite($socket, $request) !== strlen($request)) exit(1);
                    fclose($socket);
                }
            }
            """

        @Test(arguments: ProxySample.allCases)
        func `every sale is stored whose sender closes at once`(_ sample: ProxySample) async throws {
            try await ProxyBench.use(sample) { front in
                try await front.serve { _, _ in
                    try await Self.leave(200, front)
                    let sent = Set((1...200).flatMap { ["get-\($0)", "post-\($0)"] })
                    try await until { try await front.clicks().count >= sent.count }
                    let stored = try await front.clicks()
                    #expect(stored.count == sent.count)
                    #expect(Set(stored) == sent)
                }
            }
        }

        private static func leave(_ count: Int, _ front: ProxyBench) async throws {
            try front.bench.write(leaver, to: "leave.php")
            let errors = "\(front.bench.folder)/leave.err"
            let process = try SpawnedProcess(
                ["php", "leave.php", "\(front.proxy.port)", front.proxy.authority, "\(count)"], in: front.bench.folder,
                files: SpawnedProcess.Files(output: errors, errors: errors))
            let code = try await process.ended()
            #expect(code == 0, "\((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
        }

        /// The samples wait for thirty seconds, which a busy machine may take for a start.
        @Test(arguments: [ProxySample.haproxy, .caddy])
        func `a sale is stored whose sender has left while the gateway was away`(_ sample: ProxySample) async throws {
            let patient: (String) -> String = {
                $0.replacing("retries 30", with: "retries 600").replacing("fall 30", with: "fall 600").replacing("30s", with: "600s")
            }
            try await ProxyBench.use(sample, change: patient) { front in
                var gateway = try front.bench.start("serve")
                try await front.answer(1)
                gateway.kill()
                #expect(try await gateway.ended() == -SIGKILL)
                try await Self.leave(20, front)
                gateway = try front.bench.start("serve")
                // Caddy 2.6 sends the second try of a POST without its body, which the gateway does not take.
                let sent = Set((1...20).flatMap { sample == .caddy ? ["get-\($0)"] : ["get-\($0)", "post-\($0)"] })
                try await until { try await sent.isSubset(of: front.clicks()) }
                let stored = try await front.clicks()
                #expect(stored.count == Set(stored).count)
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }

        @Test(arguments: ProxySample.allCases)
        func `what is sent is what arrives`(_ sample: ProxySample) async throws {
            try await ProxyBench.use(sample) { front in
                try await front.serve { _, _ in
                    let start = "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id="
                    let long = String(repeating: "x", count: 20_000)
                    let targets: [(sent: [UInt8], stored: String)] =
                        [
                            "a&b=%7e&A=x%2fy+z%20w&~=*'()&%C3%A9=%e9&e=&b2=2", "b&sub=%2F%2f/", "c&x=\(long)",
                        ].map { (Array("\(start)\($0)".utf8), "\(start)\($0)") } + [
                            (Array("\(start)d&amount=5¤cy=EUR".utf8), "\(start)d&amount=5%C2%A4cy=EUR"),
                            (Array("\(start)e&amount=5".utf8) + [0xA4] + Array("cy=EUR".utf8), "\(start)e&amount=5%A4cy=EUR"),
                            (
                                Array("/api/postback/your%2Dbrand/offer-slug?secret=demo-postback-secret&click_id=f".utf8),
                                "/api/postback/your%2Dbrand/offer-slug?secret=demo-postback-secret&click_id=f"
                            ),
                        ]
                    for (sent, _) in targets { #expect(await front.send("GET", sent)?.status == 200) }
                    let stored = try await front.targets()
                    #expect(
                        stored.sorted() == targets.map { $0.stored.replacing("secret=demo-postback-secret", with: "secret=***") }.sorted())
                    let mangled = try await front.bench.rows("conversions").filter { ["d", "e"].contains($0.text("click_id")) }
                    #expect(mangled.map { $0.text("currency") } == ["EUR", "EUR"])
                    // What no route takes is refused by the gateway itself, and not by the proxy.
                    let nowhere = await front.send("GET", "/a%2Fb//c%7Ed?x=%2F")
                    #expect(
                        nowhere.map { String(decoding: $0.body, as: UTF8.self) }?.contains("nothing answers at '/a%2Fb//c%7Ed'") == true)
                }
            }
        }

        @Test(arguments: ProxySample.allCases)
        func `signed requests verify`(_ sample: ProxySample) async throws {
            try await ProxyBench.use(sample) { front in
                try await front.serve { _, _ in
                    let body = await front.send(Samples.rsTraffic)
                    #expect(body?.status == 200, "\(body.map { String(decoding: $0.body, as: UTF8.self) } ?? "")")
                    let pairs = [
                        ("amount", "5"), ("clickid", "q-1"), ("currency", "USD"), ("event", "ftd"), ("status", "approved"),
                        ("sub_id_1", "a/b c~é"),
                        ("timestamp", "1717000001"),
                    ]
                    let text = pairs.map { "\($0)=\($1)" }.joined(separator: "&")
                    let query = text.replacing("/", with: "%2F").replacing(" ", with: "%20").replacing("é", with: "%c3%a9")
                    let answer = await front.send("GET", "/v1/event?\(query)&sign=\(hmac(text, "your_secret_key_0001"))")
                    #expect(answer?.status == 200, "\(answer.map { String(decoding: $0.body, as: UTF8.self) } ?? "")")
                    let clicks = try await front.clicks()
                    #expect(Set(clicks) == ["abc123def456", "q-1"])
                }
            }
        }

        @Test(arguments: ProxySample.allCases)
        func `a gateway that is killed under load loses and doubles nothing`(_ sample: ProxySample) async throws {
            try await ProxyBench.use(sample) { front in
                var gateway = try front.bench.start("serve")
                try await front.answer(1)
                let answers = try await SenderLoad.run { name in
                    // As senders do: until they are told that it is stored.
                    while await front.send(Samples.sale(name))?.status != 200 { try? await Task.sleep(for: .milliseconds(20)) }
                    return 200
                } during: { load in
                    for _ in 0..<3 {
                        try await load.answers(more: 40)
                        gateway.kill()
                        #expect(try await gateway.ended() == -SIGKILL)
                        gateway = try front.bench.start("serve")
                        try await front.answer(1)
                    }
                    try await load.answers(more: 40)
                }
                let stored = try await front.bench.rows("conversions").map { $0.text("order_id") }
                #expect(stored.count == Set(stored).count)
                #expect(Set(stored) == Set(answers.keys))
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }
    }
}
