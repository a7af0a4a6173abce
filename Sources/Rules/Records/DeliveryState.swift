/// What has become of one conversion at one destination; only `pending` is tried again.
package enum DeliveryState: String, Sendable, CaseIterable, Codable {
    case pending, delivered, duplicate, skipped, rejected, dead

    /// Whether the delivery has ended without reaching its destination.
    package var isFailed: Bool { self == .skipped || self == .rejected || self == .dead }
}

extension DeliveryState {
    /// Whether the destination has the conversion.
    package var hasArrived: Bool { self == .delivered || self == .duplicate }

    /// What a correction has to know of the earlier deliveries of its history to one destination: whether the conversion is there, or
    /// may be. A dead delivery may have arrived with its reply lost; a skipped or rejected one has not. Nil where there was none.
    package static func predecessor(_ earlier: some Sequence<DeliveryState>) -> DeliveryState? {
        earlier.max { $0.presence < $1.presence }
    }

    private var presence: Int {
        switch self {
        case .skipped: 0
        case .rejected: 1
        case .pending: 2
        case .dead: 3
        case .duplicate: 4
        case .delivered: 5
        }
    }
}

package struct DeliveryCount: Sendable, Equatable {
    package var destination: String
    package var state: DeliveryState
    package var count: Int

    package init(destination: String, state: DeliveryState, count: Int) {
        self.destination = destination
        self.state = state
        self.count = count
    }
}
