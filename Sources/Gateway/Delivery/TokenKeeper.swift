import Logging
import Mappings
import Rules
import Synchronization

/// One destination's access token: fetched through the client that its deliveries go through, once for all workers that wait for it, and
/// kept in memory only. When that happens is decided by `TokenLife`.
final class TokenKeeper: Sendable {
    typealias Outcome = Result<AccessToken, TokenFailure>

    let request: TokenRequest
    private let secrets: [String]
    private let state = Mutex(State())

    private struct State {
        var life = TokenLife()
        var waiting: [CheckedContinuation<Outcome?, Never>] = []
    }

    /// - Parameter secrets: the destination's, which no sentence quotes.
    init(_ request: TokenRequest, secrets: [String]) {
        self.request = request
        self.secrets = secrets
    }

    /// Whether the other one would fetch the same with the same.
    func isSame(as other: TokenKeeper) -> Bool { request == other.request && Set(secrets) == Set(other.secrets) }

    /// The token, or why there is none.
    func token(
        through client: TrackerClient, _ egress: Egress, timeout: Duration, clock: DeliveryClock, logger: Logger
    ) async -> Outcome {
        switch state.withLock({ $0.life.next(at: clock.uptime()) }) {
        case .use(let token): return .success(token)
        case .wait:
            if let outcome = await wait() { return outcome }
            return await token(through: client, egress, timeout: timeout, clock: clock, logger: logger)
        case .fetch: break
        }
        let found = await fetch(through: client, egress, timeout: timeout)
        let (outcome, waiting, isFirstChange) = state.withLock { state -> (Outcome, [CheckedContinuation<Outcome?, Never>], Bool) in
            let known = state.life.refreshToken
            let token = state.life.fetched(try? found.get(), at: clock.uptime())
            defer { state.waiting = [] }
            return (token.map { .success($0) } ?? found, state.waiting, known == nil && state.life.refreshToken != nil)
        }
        if isFirstChange {
            logger.warning(
                "\(request.host) gave another refresh token, which is kept in memory only; if the configuration's is refused after a restart, ask for a new one",
                metadata: ["host": "\(request.host)"])
        }
        for waiter in waiting { waiter.resume(returning: outcome) }
        return outcome
    }

    /// Nil if the fetch has ended between the two looks.
    private func wait() async -> Outcome? {
        await withCheckedContinuation { continuation in
            let isAwaited = state.withLock { state in
                if state.life.isFetching { state.waiting.append(continuation) }
                return state.life.isFetching
            }
            if !isAwaited { continuation.resume(returning: nil) }
        }
    }

    private func fetch(through client: TrackerClient, _ egress: Egress, timeout: Duration) async -> Outcome {
        let refreshToken = state.withLock { $0.life.refreshToken }
        let own = request.request(refreshToken: refreshToken)
        do throws(ExchangeFailure) {
            let reply = try await client.send(own, through: egress, timeout: timeout)
            do throws(TokenFailure) {
                return .success(try AccessToken(reply, from: request.host, secrets: secrets + [refreshToken].compactMap(\.self)))
            } catch {
                return .failure(error)
            }
        } catch {
            return .failure(TokenFailure(error, from: request.host))
        }
    }

    /// The tracker answered 401. Whether another token is worth a try.
    func refused(_ token: AccessToken, at now: Uptime) -> Bool { state.withLock { $0.life.refused(token, at: now) } }
}
