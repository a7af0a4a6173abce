/// One entry of `updates:`: how corrections are sent to a tracker, and how it sends them.
///
/// To take requests in: `request.path` and `request.methods` of `inbound` say what leads here. `MappingReader(inbound, …)` with the
/// source's settings and exponents reads it: `readCorrection` gives what the message says and the fields that the source's duplicate rule
/// needs to find the conversion. `current.corrected(by:)` says what becomes of that one, and `inbound.reply(…)` words the answer: `accepted`,
/// `duplicate` for what changes nothing, or a failure's code. `inbound` has the name, tracker, settings, credentials and signature of
/// the mapping that it belongs to, so that a request is proven as any other.
///
/// To send: `MappingWriter.write` chooses by itself for a conversion that has `update`, and says in `WrittenRequest.update` which
/// entry it took; `MappingWriter.interpret` needs that name. `Conversion.standing` is for a tracker that never received the conversion.
package struct UpdatePlan: Sendable {
    package var name: String
    /// The corrections that it is for; nil for all of them.
    var condition: Expression?
    var way: Way

    enum Way: Sendable {
        /// A request of its own, read, written or both.
        case request(Mapping, side: Check.Side)
        /// The main request, with other values for some fields.
        case resend(Mapping)
        /// Nothing is sent, and why.
        case skip(Template)
    }

    /// What a sender's request is read with; nil if the entry is only for sending.
    package var inbound: Mapping? {
        if case .request(let mapping, let side) = way, side != .out { mapping } else { nil }
    }

    var isForDestinations: Bool {
        if case .request(_, let side) = way { side != .in } else { true }
    }

    var mapping: Mapping? {
        switch way {
        case .request(let mapping, _), .resend(let mapping): mapping
        case .skip: nil
        }
    }

    package var examples: [Example]
}
