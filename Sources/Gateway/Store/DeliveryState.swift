/// What has become of one conversion at one destination; only `pending` is tried again.
enum DeliveryState: String, Sendable, CaseIterable, Codable {
    case pending, delivered, duplicate, skipped, rejected, dead
}

struct DeliveryCount: Sendable, Equatable {
    var destination: String
    var state: DeliveryState
    var count: Int
}
