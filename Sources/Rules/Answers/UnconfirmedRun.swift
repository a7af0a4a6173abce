/// Tells when the answers of one destination have begun to say nothing, and when they say something again.
package struct UnconfirmedRun: Sendable, Equatable {
    /// In a row; a single odd answer is no run.
    package static let length = 3

    package enum Change: Sendable, Equatable {
        case began(count: Int)
        case ended(count: Int)
    }

    package private(set) var count = 0

    package init() {}

    /// Nil if nothing is to be said. What got no answer, or is tried again, says nothing either way.
    package mutating func take(_ outcome: AttemptOutcome) -> Change? {
        switch outcome {
        case .unconfirmed:
            count += 1
            return count == Self.length ? .began(count: count) : nil
        case .delivered, .duplicate, .rejected:
            defer { count = 0 }
            return count >= Self.length ? .ended(count: count) : nil
        case .retry, .timeout, .connection, .refusedAddress, .dryRun, .unknown: return nil
        }
    }
}
