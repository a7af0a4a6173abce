import Rules

extension Console {
    /// `GET /metrics`: for programs, so in plain text, and by a token instead of a sign-in.
    func metrics(_ request: ConsoleRequest, _ version: Version) async -> ConsoleReply {
        guard request.isReading else {
            return Self.plain(405, "/metrics does not take \(request.method.printable).").with("Allow", "GET, HEAD")
        }
        if let token = version.configuration.metricsToken {
            let shown = request.header("Authorization").flatMap(Self.bearer) ?? ""
            guard SecretText.areEqual(shown, token) else {
                await clock.sleep(.seconds(1))
                return Self.plain(401, "/metrics needs the header 'Authorization: Bearer' with the metrics_token of the configuration.")
                    .with("WWW-Authenticate", "Bearer")
            }
        }
        return ConsoleReply(contentType: MetricsPage.contentType, body: .bytes(Array(figures().utf8)))
    }

    private static func bearer(_ header: String) -> String? {
        let words = header.split(separator: " ", omittingEmptySubsequences: true)
        return words.count == 2 && words[0].lowercased() == "bearer" ? String(words[1]) : nil
    }

    private static func plain(_ status: Int, _ sentence: String) -> ConsoleReply {
        ConsoleReply(status: status, contentType: "text/plain; charset=utf-8", body: .bytes(Array((sentence + "\n").utf8)))
    }
}
