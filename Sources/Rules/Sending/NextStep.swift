import Mappings

/// What is to be done about one delivery, before anything is sent.
package enum NextStep: Sendable {
    /// If the destination has a `max_age`, the delivery is dead from `expiresAt` on.
    case send(OutboundRequest, expiresAt: Timestamp?)
    /// One request for each item.
    case lines(LinePlan)
    /// The destination is a dry run: the request is kept, and nothing is sent.
    case recordOnly(OutboundRequest)
    /// The destination cannot take this conversion; nothing is sent, and the reason is kept.
    case skip(String)
    /// The conversion is older than the destination's `max_age`.
    case tooLate(String)
    /// What the store holds is no conversion.
    case unreadable(String)

    /// The reason that a recorded-only delivery keeps.
    package static let dryRunReason = "dry run: nothing was sent"
}

extension NextStep {
    /// - Parameter lines: what has become of the delivery's lines. If some have arrived, it is not begun in another way.
    func after(_ lines: DeliveryLines) -> NextStep {
        guard lines.arrived > 0 else { return self }
        switch self {
        case .lines(let plan) where plan.count == lines.count: return self
        case .send, .lines, .recordOnly:
            return .skip("\(lines.summary) have arrived one by one, and the mapping writes other requests now, which would double them")
        case .skip, .tooLate, .unreadable: return self
        }
    }
}
