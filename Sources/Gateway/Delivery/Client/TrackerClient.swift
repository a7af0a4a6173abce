import Mappings
import NIOCore
import Rules

/// Sends requests to trackers from one event loop.
///
/// There is one client per loop, so that the task that sends, its connections and its replies stay on one thread: no exchange crosses
/// to another, and no pool is shared. Connections go only to addresses that the destination's `Egress` allows, redirects are not followed, cookies
/// and proxies are not used, TLS is verified.
struct TrackerClient: Sendable {
    let loop: any EventLoop
    private let state: NIOLoopBoundBox<State>

    /// Header fields that an answer may have, trailers included. Node.js, which most trackers' own clients run on, takes as many by default
    /// (`maxHeadersCount` in its documentation of `http`), so a server that sends more is not heard by them either. 64 KiB bound their size.
    static let headerFields = 2000
    static let connectTimeout: Duration = .seconds(5)
    /// How long an unused connection is kept.
    static let idleTimeout: TimeAmount = .seconds(30)

    /// - Parameters:
    ///   - connections: At most this many from one destination to one host; more requests wait.
    ///   - lookups: Finds the addresses of a host's name.
    init(loop: any EventLoop, connections: Int, version: String, lookups: HostLookups = .system) {
        self.loop = loop
        state = .makeBoxSendingValue(
            State(loop: loop, limit: max(1, connections), userAgent: "gateway/\(version)", lookups: lookups), eventLoop: loop)
    }

    /// One exchange, in one slot for at most `timeout`, whatever the other end does. Callable from any thread; cheapest on the loop.
    ///
    /// A request that finds its open connection closed before any byte of a reply is repeated once, and at once: it may arrive twice, as any
    /// delivery may.
    /// - Parameters:
    ///   - timeout: For all of it, a repeat included.
    ///   - headers: Those of the reply that are kept, in lower case.
    func send(
        _ request: OutboundRequest, through egress: Egress, timeout: Duration, keeping headers: [String] = []
    ) async throws(ExchangeFailure) -> Reply {
        let result: Result<Reply, ExchangeFailure> = await withCheckedContinuation { continuation in
            if loop.inEventLoop {
                state.value.start(request, through: egress, timeout: timeout, keeping: headers, continuation)
            } else {
                loop.execute { state.value.start(request, through: egress, timeout: timeout, keeping: headers, continuation) }
            }
        }
        return try result.get()
    }

    /// Breaks off what is under way.
    func close() async { try? await loop.submit { state.value.close() }.get() }

    private final class State {
        private let loop: any EventLoop
        private let limit: Int
        private let userAgent: String
        private let resolver: HostResolver
        private var pools: [ObjectIdentifier: [ConnectionPool]] = [:]
        private var isClosed = false

        init(loop: any EventLoop, limit: Int, userAgent: String, lookups: HostLookups) {
            self.loop = loop
            self.limit = limit
            self.userAgent = userAgent
            resolver = HostResolver(loop: loop, lookups: lookups)
        }

        func start(
            _ request: OutboundRequest, through egress: Egress, timeout: Duration, keeping headers: [String],
            _ continuation: CheckedContinuation<Result<Reply, ExchangeFailure>, Never>
        ) {
            if isClosed { return continuation.resume(returning: .failure(.closed(midReply: false))) }
            do throws(ExchangeFailure) {
                let pool = try pool(for: request, through: egress)
                let bytes = try RequestBytes(request, to: pool.origin, userAgent: userAgent)
                pool.start(Exchange(bytes, timeout: timeout, keeping: headers, continuation: continuation))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }

        /// A destination has one origin, unless its requests have several.
        private func pool(for request: OutboundRequest, through egress: Egress) throws(ExchangeFailure) -> ConnectionPool {
            let own = pools[ObjectIdentifier(egress)] ?? []
            if let pool = own.first(where: { $0.origin.matches(request.url) }) { return pool }
            guard let origin = Origin(of: request.url) else {
                throw .unsendable("url '\(request.maskedURL)' is not an http address")
            }
            // Those of destinations that are gone go as well; their `Egress` lives as long as its pools, so its identity is not used twice.
            pools = pools.compactMapValues { pools in
                let used = pools.filter { !$0.isUnused }
                return used.isEmpty ? nil : used
            }
            let pool = ConnectionPool(origin, egress, limit: limit, loop: loop, resolver: resolver)
            pools[ObjectIdentifier(egress), default: []].append(pool)
            return pool
        }

        func close() {
            isClosed = true
            for pool in pools.values.joined() { pool.close() }
            pools = [:]
        }
    }
}
