/// What one destination's queue has done since the start and is doing now, for logs and `/readyz`.
struct DeliveryActivity: Sendable, Equatable {
    var attempts: Int
    /// Attempts that got any answer.
    var answers: Int
    var inFlight: Int
    /// In memory only; the store may hold many more.
    var waiting: Int
    /// Tried, with a result that is not stored yet.
    var unrecorded: Int
    /// Nothing there has answered for a while, so it is only probed.
    var isNarrowed: Bool
}
