import Rules

/// What one destination's queue has done since the start and is doing now.
struct DeliveryActivity: Sendable, Equatable {
    var attempts: Int
    /// Attempts that got any answer.
    var answers: Int
    var inFlight: Int
    /// In memory only; the store may hold many more.
    var waiting: Int
    /// Tried, with a result that is not stored yet.
    var unrecorded: Int
    var isPaused: Bool
    var breaker: Breaker.State
    /// When the breaker left its usual state.
    var openedAt: Uptime?
    /// In a row.
    var failures: Int
    /// Of the last failure.
    var reason: String?
    var lastStatus: Int?
    var lastAnswer: Uptime?
    var rate: Rate?
    var isDryRun: Bool
}
