import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// Sends requests to trackers from one event loop.
///
/// There is one client per loop, so that the task that sends, its connections and its replies stay on one thread: no exchange crosses
/// to another, and no pool is shared. Redirects are not followed, cookies and proxies are not used, TLS is verified.
struct TrackerClient: Sendable {
    let loop: any EventLoop
    private let client: HTTPClient
    private let userAgent: String
    private static let connectTimeout: Duration = .seconds(5)
    /// How long an unused connection is kept.
    static let idleTimeout: Duration = .seconds(30)

    /// - Parameter connections: At most this many to one host, more wait; destinations may share a host.
    init(loop: any EventLoop, connections: Int, version: String) {
        self.loop = loop
        userAgent = "gateway/\(version)"
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: TimeAmount(Self.connectTimeout)),
            connectionPool: .init(
                idleTimeout: TimeAmount(Self.idleTimeout), concurrentHTTP1ConnectionsPerHostSoftLimit: max(1, connections))
        )
        // A refused connection is the delivery's to retry, on its own schedule.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        // A span for each request, which nobody collects, would cost a twentieth of the exchange.
        configuration.tracing.tracer = nil
        configuration.http1_1ConnectionDebugInitializer = { channel in
            channel.eventLoop.submit { try channel.pipeline.syncOperations.addHandler(FlushCoalescer(), position: .first) }
        }
        client = HTTPClient(eventLoopGroupProvider: .shared(loop), configuration: configuration)
    }

    /// One exchange. Never throws anything but an `ExchangeFailure`.
    /// - Parameters:
    ///   - timeout: For all of it, a repeat included.
    ///   - mayBeStale: Whether an open connection may be used, which its other end may just have closed. A request that finds it so is
    ///     repeated once, and at once: it may arrive twice, as any delivery may.
    func send(_ request: OutboundRequest, timeout: Duration, mayBeStale: Bool) async throws(ExchangeFailure) -> Reply {
        let deadline = NIODeadline.now() + TimeAmount(timeout)
        let prepared = try prepare(request)
        do {
            return try await exchange(prepared, deadline: deadline, timeout: timeout)
        } catch {
            guard mayBeStale, error == .closed(midReply: false) else { throw error }
            return try await exchange(prepared, deadline: deadline, timeout: timeout)
        }
    }

    /// Breaks off what is under way.
    func close() async { try? await client.shutdown() }

    private func prepare(_ request: OutboundRequest) throws(ExchangeFailure) -> HTTPClient.Request {
        var headers = HTTPHeaders()
        headers.reserveCapacity(request.headers.count + 2)
        var namesAgent = false
        for (name, value) in request.headers {
            headers.add(name: name, value: value)
            if name.utf8.count == 10, name.lowercased() == "user-agent" { namesAgent = true }
        }
        if !namesAgent { headers.add(name: "User-Agent", value: userAgent) }
        do {
            return try HTTPClient.Request(
                url: request.url, method: HTTPMethod(rawValue: request.method), headers: headers,
                body: request.body.isEmpty ? nil : .byteBuffer(ByteBuffer(bytes: request.body)))
        } catch {
            throw .unsendable("url '\(request.maskedURL)' is not an http address")
        }
    }

    private func exchange(_ request: HTTPClient.Request, deadline: NIODeadline, timeout: Duration) async throws(ExchangeFailure) -> Reply {
        let collector = ReplyCollector()
        do {
            let task = client.execute(request: request, delegate: collector, eventLoop: .delegate(on: loop), deadline: deadline)
            try await task.futureResult.get()
        } catch {
            if let reply = collector.reply { return reply }
            throw ExchangeFailure(
                error, request: request, timeout: timeout, connectTimeout: Self.connectTimeout, midReply: collector.hasBegun)
        }
        guard let reply = collector.reply else { throw .closed(midReply: collector.hasBegun) }
        return reply
    }
}
