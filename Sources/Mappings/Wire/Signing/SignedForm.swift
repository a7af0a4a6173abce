/// What of a request is signed.
///
/// To add a form, write one file with a `static let` like `rawBody`, and name it in `all`.
///
/// A class, so that a request is compared with its many texts without copies.
package final class SignedForm: Sendable, Equatable {
    /// How likely a text is. The first that fits ends the search, so that a usual request costs one or two codes.
    enum Likelihood: CaseIterable {
        /// What most senders of this form sign.
        case usual
        /// What many do.
        case common
        /// What some serialisers write. Tried for short requests only.
        case rare
    }

    /// What `signs:` of a mapping calls it.
    package let name: String
    /// Whether the body's own bytes are signed. Such a form needs a body, and its signature cannot be in that body.
    let coversBody: Bool
    /// What the gateway signs. Nil if the request has nothing to sign: a signature of nothing would be right for every such request.
    let written: @Sendable (UnsignedRequest) -> [UInt8]?
    /// The texts that a sender may have signed; of content that is not empty.
    let received: @Sendable (SentContent, Likelihood) -> [SignedText]

    init(
        name: String, coversBody: Bool, written: @escaping @Sendable (UnsignedRequest) -> [UInt8]?,
        received: @escaping @Sendable (SentContent, Likelihood) -> [SignedText]
    ) {
        self.name = name
        self.coversBody = coversBody
        self.written = written
        self.received = received
    }

    static let all: [SignedForm] = [.rawBody, .asSent, .sortedJSON, .sortedParameters]

    package static func named(_ name: String) -> SignedForm? { all.first { $0.name == name } }

    package static func == (one: SignedForm, other: SignedForm) -> Bool { one === other || one.name == other.name }
}

/// A request that is being written, before it is signed.
struct UnsignedRequest {
    let request: WireRequest
    /// Whether the fields are in a body that is not empty.
    let hasBody: Bool
    /// The members of the body, or the parameters of the query if there is no body; nil if there are none.
    let members: JSONObject?
}
