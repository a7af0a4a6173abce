import Mappings

/// A request that was turned away.
struct RefusedRequest: Sendable {
    var receivedAt: Timestamp
    /// Known once a credential was proven; nil is a stranger, kept on a smaller budget of its own.
    var source: String?
    var tracker: String?
    var status: Int
    /// The failure's code, `missing_field` for one.
    var code: String
    var reason: String
    var request: StoredRequest
}

/// Bounds of the refused keep; the oldest go first, each class within its own budget.
struct RefusedLimits: Sendable, Equatable {
    var count = 10_000
    var bytes = 64 * 1024 * 1024
    var strangerCount = 1000
    var strangerBytes = 8 * 1024 * 1024
}
