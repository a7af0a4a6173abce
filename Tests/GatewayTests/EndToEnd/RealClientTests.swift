import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// HTTP clients as they come, which offer HTTP/2 beside their first request and keep their connection.
    struct RealClientTests {
        private static let configuration = ConfigurationText(sources: [.shop], to: [])
        private static let count = 20

        /// Each program posts to the URL in its first argument, with the order numbers 1 to 20 in turn.
        private static let programs: [(name: String, file: String, text: String, command: [String])] = [
            (
                "curl", "orders.txt",
                (1...count).map { number in
                    """
                    url = "TARGET"
                    header = "Authorization: Bearer rc_test_demo_sender_1"
                    header = "Content-Type: application/json"
                    data = "{\\"externalId\\":\\"o-\(number)\\",\\"conversionType\\":\\"SALE\\",\\"amount\\":4990,\\"currency\\":\\"EUR\\",\\"sessionId\\":\\"s\\"}"
                    output = "/dev/null"
                    """
                }.joined(separator: "\nnext\nhttp2\n"),
                ["curl", "--silent", "--show-error", "--fail", "--http2", "--config", "orders.txt"]
            ),
            (
                "Java's HttpClient", "Orders.java",
                """
                import java.net.URI;
                import java.net.http.*;

                public class Orders {
                    public static void main(String[] arguments) throws Exception {
                        var client = HttpClient.newHttpClient();
                        for (int number = 1; number <= \(count); number++) {
                            var body = "{\\"externalId\\":\\"o-" + number
                                + "\\",\\"conversionType\\":\\"SALE\\",\\"amount\\":4990,\\"currency\\":\\"EUR\\",\\"sessionId\\":\\"s\\"}";
                            var request = HttpRequest.newBuilder(URI.create("TARGET"))
                                .header("Authorization", "Bearer rc_test_demo_sender_1").header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body)).build();
                            var status = client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
                            if (status != 200) System.exit(1);
                        }
                    }
                }
                """,
                ["java", "Orders.java"]
            ),
            (
                "PHP's curl", "orders.php",
                """
                <?php
                $curl = curl_init("TARGET");
                for ($number = 1; $number <= \(count); $number++) {
                    curl_setopt_array($curl, [
                        CURLOPT_HTTP_VERSION => CURL_HTTP_VERSION_2_0, CURLOPT_RETURNTRANSFER => true,
                        CURLOPT_HTTPHEADER => ["Authorization: Bearer rc_test_demo_sender_1", "Content-Type: application/json"],
                        CURLOPT_POSTFIELDS => json_encode(["externalId" => "o-$number", "conversionType" => "SALE", "amount" => 4990,
                            "currency" => "EUR", "sessionId" => "s"]),
                    ]);
                    curl_exec($curl);
                    if (curl_getinfo($curl, CURLINFO_RESPONSE_CODE) != 200) exit(1);
                }
                """,
                ["php", "orders.php"]
            ),
        ]

        @Test(arguments: programs.map(\.name))
        func `every sale of a client that offers HTTP/2 arrives`(_ name: String) async throws {
            let program = try #require(Self.programs.first { $0.name == name })
            try await Workbench.serve(Self.configuration) { bench, _, port, _ in
                let url = "http://127.0.0.1:\(port)/api/v1/conversions/postback"
                try bench.write(program.text.replacing("TARGET", with: url), to: program.file)
                let errors = "\(bench.folder)/errors.txt"
                let process = try SpawnedProcess(
                    program.command, in: bench.folder, files: SpawnedProcess.Files(output: errors, errors: errors))
                let code = try await process.ended()
                #expect(code == 0, "\((try? String(contentsOfFile: errors, encoding: .utf8)) ?? "")")
                let orders = try await bench.rows("conversions", "--limit", "100").map { $0.text("order_id") }
                #expect(Set(orders) == Set((1...Self.count).map { "o-\($0)" }))
            }
        }
    }
}
