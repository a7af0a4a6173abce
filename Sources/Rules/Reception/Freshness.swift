import Mappings

/// What a source requires of signed requests, so that nobody can send a recorded one again.
package struct Freshness: Sendable, Equatable {
    /// How far a request's own time may lie from ours, or the timestamp that its signature covers; nil requires none.
    package var tolerance: Duration?
    /// How long a signature counts as the request that it came with first; nil is for ever.
    package var replayWindow: Duration?

    package init(tolerance: Duration? = nil, replayWindow: Duration? = nil) {
        self.tolerance = tolerance
        self.replayWindow = replayWindow
    }
}

extension Freshness {
    /// Why a signed request is too old, or from too far ahead, to be believed; nil if its time is right.
    ///
    /// - Parameter signature: of the source's mapping. A timestamp that it covers counts before the conversion's own time.
    func refusal(of conversion: Conversion, _ parsed: ParsedRequest, by signature: SignaturePlan?, arrivedAt: Timestamp) -> Refusal? {
        guard let tolerance else { return nil }
        let isStamped = signature?.timestamp != nil
        let what = isStamped ? "the signature's timestamp" : "the request's time"
        guard let time = isStamped ? signature?.signedAt(in: parsed) : conversion[.occurredAt].time else {
            return Refusal(.unauthorized, "the request has no time; this source's must be within \(tolerance.text) of ours")
        }
        let distance = time.duration(to: arrivedAt)
        if (distance < .zero ? .zero - distance : distance) <= tolerance { return nil }
        let direction = distance < .zero ? "ahead of" : "behind"
        let away = (distance < .zero ? .zero - distance : distance).text
        return Refusal(.unauthorized, "\(what) \(time) is \(away) \(direction) ours; \(tolerance.text) are allowed")
    }
}
