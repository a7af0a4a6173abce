import Rules

/// How much the gateway accepts at once, and how long it waits at its end.
struct ServiceLimits: Sendable, Equatable {
    static let wrongKeys = Rate(permits: 20, interval: .seconds(60))

    /// Bytes of a request's body; more is a 413.
    var body = 1024 * 1024
    /// Bytes of all big bodies together that are coming in or are being worked on.
    var bodies = 256 * 1024 * 1024
    /// Open connections from one address, proxies that are trusted excepted.
    var connectionsPerAddress = 256
    var refused = RefusedLimits()
    /// Corrections whose conversions have not come; more are a 429.
    var waiting = WaitingLimits()
    /// How long the end of the service waits for what is under way.
    var drain = Duration.seconds(10)
    /// Requests that prove nobody, from one address; more are a 429. Nil has no limit.
    var wrongKeys: Rate? = ServiceLimits.wrongKeys
}
