/// What one destination's queue has done since the start and is doing now.
package struct DeliveryActivity: Sendable, Equatable {
    package var attempts: Int
    /// Attempts that got any answer.
    package var answers: Int
    package var inFlight: Int
    /// In memory only; the store may hold many more.
    package var waiting: Int
    /// Tried, with a result that is not stored yet.
    package var unrecorded: Int
    package var isPaused: Bool
    package var breaker: Breaker.State
    /// When the breaker left its usual state.
    package var openedAt: Uptime?
    /// In a row.
    package var failures: Int
    /// Of the last failure.
    package var reason: String?
    package var lastStatus: Int?
    package var lastAnswer: Uptime?
    package var rate: Rate?
    package var isDryRun: Bool

    package init(
        attempts: Int, answers: Int, inFlight: Int, waiting: Int, unrecorded: Int, isPaused: Bool, breaker: Breaker.State,
        openedAt: Uptime? = nil, failures: Int, reason: String? = nil, lastStatus: Int? = nil, lastAnswer: Uptime? = nil, rate: Rate? = nil,
        isDryRun: Bool
    ) {
        self.attempts = attempts
        self.answers = answers
        self.inFlight = inFlight
        self.waiting = waiting
        self.unrecorded = unrecorded
        self.isPaused = isPaused
        self.breaker = breaker
        self.openedAt = openedAt
        self.failures = failures
        self.reason = reason
        self.lastStatus = lastStatus
        self.lastAnswer = lastAnswer
        self.rate = rate
        self.isDryRun = isDryRun
    }
}
