/// What of a request is signed.
///
/// To add a form, write one file with a `static let` like `rawBody`, and name it in `all`.
package struct SignedForm: Sendable, Equatable {
    /// What `signs:` of a mapping calls it.
    package let name: String
    /// Whether the body's own bytes are signed. Such a form needs a body, and its signature cannot be in that body.
    let coversBody: Bool
    /// The texts that a sender may have signed; the gateway signs the first. None if the request has nothing to sign: a signature of nothing
    /// would be right for every such request.
    let texts: @Sendable (SignedContent) -> [SignedText]

    static let all: [SignedForm] = [.rawBody, .sortedJSON, .sortedParameters]

    package static func named(_ name: String) -> SignedForm? { all.first { $0.name == name } }

    package static func == (one: Self, other: Self) -> Bool { one.name == other.name }
}

/// One text that a signature may be of.
struct SignedText {
    var bytes: [UInt8]
    /// Why other content could have the same text, as a part of a sentence; nil if none could. The gateway may sign such a text, but never
    /// believes one: a person who recorded it could send the other content.
    var ambiguity: String?

    init(_ bytes: [UInt8], ambiguity: String? = nil) {
        self.bytes = bytes
        self.ambiguity = ambiguity
    }
}

/// A request as a `SignedForm` sees it, whether it was received or is being written.
struct SignedContent {
    /// Without the signature if the request is being written.
    let request: WireRequest
    /// Whether the fields are in a body that is not empty.
    let hasBody: Bool
    /// The members of the body, or the parameters of the query if there is no body, without the signature; nil if there are none.
    let members: JSONObject?
}
