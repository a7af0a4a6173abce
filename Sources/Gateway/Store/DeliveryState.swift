/// What has become of one conversion at one destination; only `pending` is tried again.
enum DeliveryState: String, Sendable, CaseIterable, Codable {
    case pending, delivered, duplicate, skipped, rejected, dead

    /// Whether the delivery has ended without reaching its destination.
    var isFailed: Bool { self == .skipped || self == .rejected || self == .dead }
}

struct DeliveryCount: Sendable, Equatable {
    var destination: String
    var state: DeliveryState
    var count: Int
}
