import AsyncHTTPClient
import NIOCore

/// The most deliveries a second the HTTP client alone can make: the same body to the same sink, with nothing
/// read from a store, rendered or recorded.
struct ClientCeiling {
    let url: String
    /// Requests in flight; as many connections are kept open.
    let concurrency: Int

    private static let warmUp = Duration.seconds(1)
    private static let body = ByteBuffer(
        string: """
            {"externalId":"20150401102883","conversionType":"SALE","amount":6375,"currency":"USD",\
            "customerEmailHash":"836f82db99121b3481011f16b49dfa5fbc714a0d1b1b9f784a1ebbbf5b39577f"}
            """
    )

    /// Prints `{"requests_per_second": …, "failed": …}`; the first second is left out.
    func run(seconds: Double) async throws {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = concurrency
        let client = HTTPClient(configuration: configuration)

        let start = ContinuousClock.now + Self.warmUp
        let end = start + .seconds(seconds)
        let (answered, failed) = await withTaskGroup(of: (Int, Int).self) { group in
            for _ in 0..<concurrency {
                group.addTask { await post(with: client, countingFrom: start, until: end) }
            }
            return await group.reduce(into: (0, 0)) { $0 = ($0.0 + $1.0, $0.1 + $1.1) }
        }
        try await client.shutdown()
        printLine(#"{"requests_per_second": \#(Int(Double(answered) / seconds)), "failed": \#(failed)}"#)
    }

    /// One request after the other; gives how many were answered with a 2xx in the window, and how many were not.
    private func post(
        with client: HTTPClient,
        countingFrom start: ContinuousClock.Instant,
        until end: ContinuousClock.Instant
    ) async -> (Int, Int) {
        var request = HTTPClientRequest(url: url)
        request.method = .POST
        request.headers = [
            "authorization": "Bearer rc_test_bench",
            "content-type": "application/json",
        ]
        request.body = .bytes(Self.body)

        var (answered, failed) = (0, 0)
        while true {
            let succeeded = await reply(to: request, with: client)
            let now = ContinuousClock.now
            guard now < end else { return (answered, failed) }
            guard now >= start else { continue }
            if succeeded { answered += 1 } else { failed += 1 }
        }
    }

    private func reply(to request: HTTPClientRequest, with client: HTTPClient) async -> Bool {
        do {
            let response = try await client.execute(request, timeout: .seconds(15))
            _ = try await response.body.collect(upTo: 4096)
            return (200..<300).contains(response.status.code)
        } catch {
            return false
        }
    }
}
