/// What has become of one conversion at one destination; only `pending` is tried again.
package enum DeliveryState: String, Sendable, CaseIterable, Codable {
    case pending, delivered, duplicate, skipped, rejected, dead
    /// The tracker answered 2xx and did not say that it has the conversion: it may have it, or not. Sending it again might double it.
    case unconfirmed

    /// Whether the delivery has ended and is not known to have reached its destination.
    package var isFailed: Bool {
        switch self {
        case .skipped, .rejected, .dead, .unconfirmed: true
        case .pending, .delivered, .duplicate: false
        }
    }

    /// Those that have failed, for sentences.
    package static let failedNames = "skipped, rejected, dead and unconfirmed"
}

extension DeliveryState {
    /// Whether the destination has the conversion.
    package var hasArrived: Bool { self == .delivered || self == .duplicate }

    /// What is known if the destination said before that it has the conversion: a replay that is skipped or rejected does not take it away
    /// from there.
    package func known(hadArrived: Bool) -> DeliveryState {
        switch self {
        case .skipped, .rejected: hadArrived ? .delivered : self
        case .pending, .delivered, .duplicate, .dead, .unconfirmed: self
        }
    }

    /// What a correction has to know of the earlier deliveries of its history to one destination: whether the conversion is there, or
    /// may be. A dead delivery may have arrived with its reply lost, and an unconfirmed one may have arrived too; a skipped or rejected one
    /// has not. Nil if there was none.
    package static func predecessor(_ earlier: some Sequence<DeliveryState>) -> DeliveryState? {
        earlier.max { $0.presence < $1.presence }
    }

    private var presence: Int {
        switch self {
        case .skipped: 0
        case .rejected: 1
        case .pending: 2
        case .dead: 3
        case .unconfirmed: 4
        case .duplicate: 5
        case .delivered: 6
        }
    }
}

extension DeliveryState {
    /// As a store's columns hold it. Partial indexes name 0 and > 2.
    package var number: Int64 {
        switch self {
        case .pending: 0
        case .delivered: 1
        case .duplicate: 2
        case .skipped: 3
        case .rejected: 4
        case .dead: 5
        case .unconfirmed: 6
        }
    }

    /// Nil for a number that no version wrote.
    package init?(number: Int64) {
        guard let state = Self.allCases.first(where: { $0.number == number }) else { return nil }
        self = state
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
