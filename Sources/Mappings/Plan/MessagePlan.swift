/// One entry of `messages:` or `updates:`: a further kind of message beside the main request, which a tracker sends, takes, or both.
///
/// To take requests in: path, method and condition of `inbound.request` say what leads here. `MappingReader(inbound, …)` with the
/// source's settings and exponents reads it. A first message becomes a conversion as one of the main request does. Of a correction,
/// `readCorrection` gives what the message says and the fields that the source's duplicate rule needs to find the conversion;
/// `current.corrected(by:)` says what becomes of that one. `inbound.reply(…)` words the answer: `accepted`, `duplicate` for what changes nothing,
/// or a failure's code. `inbound` has the name, tracker, settings, credentials and signature of the mapping that it belongs to, so
/// that a request is proven as any other.
///
/// To send: `MappingWriter.write` chooses by itself, by whether a conversion has `update`, and says in `OutboundRequest.update` which
/// entry it took; `MappingWriter.interpret` needs that name. `Conversion.asFirstMessage` is for a tracker that never received the conversion.
package struct MessagePlan: Sendable {
    package var name: String
    package var role: Role
    /// The conversions or corrections that are written so; nil for all of them.
    var condition: Expression?
    var way: Way

    package enum Role: Sendable {
        /// A conversion that was not known before.
        case first
        /// A change of a conversion that is known.
        case correction

        /// As a file calls it.
        var word: String { self == .first ? "message" : "update" }
        var section: String { self == .first ? "messages" : "updates" }
    }

    enum Way: Sendable {
        /// A request of its own, read, written or both.
        case request(Mapping, side: Check.Side)
        /// The main request, with other values for some fields.
        case resend(Mapping)
        /// Nothing is sent, and why.
        case skip(Template)

        var mapping: Mapping? {
            switch self {
            case .request(let mapping, _), .resend(let mapping): mapping
            case .skip: nil
            }
        }
    }

    /// What a sender's request is read with; nil if the entry is only for sending.
    package var inbound: Mapping? {
        if case .request(let mapping, let side) = way, side != .out { mapping } else { nil }
    }

    var isForDestinations: Bool {
        if case .request(_, let side) = way { side != .in } else { true }
    }

    var mapping: Mapping? { way.mapping }

    package var examples: [Example]
}
