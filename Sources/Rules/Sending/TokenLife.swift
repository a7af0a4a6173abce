import Mappings

/// Decides when a destination's access token is used and when another is fetched: once for all that wait for it.
///
/// Pure: the time comes in, from a clock that never goes back.
package struct TokenLife: Sendable {
    package enum Step: Sendable {
        case use(AccessToken)
        /// Whoever asked fetches it, and says what came of it.
        case fetch
        /// Somebody fetches it already.
        case wait
    }

    /// A tracker that refuses a new token as well is not given one more for so long.
    static let pause: Duration = .seconds(30)

    private var token: AccessToken?
    private var renewsAt: Uptime?
    package private(set) var isFetching = false
    private var count = 0
    /// When a token was last given up because the tracker refused it.
    private var refusedAt: Uptime?
    /// The newest that the server gave; nil for the configuration's.
    package private(set) var refreshToken: String?

    package init() {}

    package mutating func next(at now: Uptime) -> Step {
        if let token, renewsAt.map({ now < $0 }) ?? true { return .use(token) }
        if isFetching { return .wait }
        isFetching = true
        return .fetch
    }

    /// The token as it is used from now on; nil stays nil.
    package mutating func fetched(_ token: AccessToken?, at now: Uptime) -> AccessToken? {
        isFetching = false
        guard var token else { return nil }
        count += 1
        token.number = count
        self.token = token
        renewsAt = token.lifetime.map { now + Self.useful($0) }
        if let next = token.refreshToken { refreshToken = next }
        return token
    }

    /// It is renewed before it ends: by a tenth of its time, and by a minute at most.
    ///
    ///     3600 s → after 3540 s,  300 s → after 270 s,  5 s → after 4.5 s
    private static func useful(_ lifetime: Int64) -> Duration {
        let whole = Duration.seconds(min(lifetime, 1 << 32))
        return whole - min(whole / 10, .seconds(60))
    }

    /// The tracker answered 401 to a request with this token. Whether another is worth a try.
    package mutating func refused(_ refused: AccessToken, at now: Uptime) -> Bool {
        // Somebody has renewed it meanwhile.
        guard let token, token.number == refused.number else { return true }
        if let refusedAt, now - refusedAt < Self.pause { return false }
        refusedAt = now
        self.token = nil
        return true
    }
}
