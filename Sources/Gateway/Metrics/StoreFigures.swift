import Rules

/// What the store held when it was last looked at, which is every few seconds.
struct StoreFigures: Sendable {
    /// Deliveries by destination and state, as the store counts them in its commits.
    var deliveries: [DeliveryCount] = []
    var bytes: Int?
    /// How long the delivery that has waited longest is pending, by destination.
    var oldestPending: [String: Duration] = [:]
}
