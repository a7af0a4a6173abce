/// How requests are signed: built-in schemes, chosen by name in the mapping.
package struct SignaturePlan: Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case hmacSHA256 = "hmac-sha256"
        case hmacSHA1 = "hmac-sha1"
        case hmacSHA512 = "hmac-sha512"
    }

    package enum Encoding: String, Sendable, CaseIterable { case hex, base64 }

    /// The text that is signed.
    package enum Form: String, Sendable, CaseIterable {
        /// The body's bytes as sent; never of a request without a body, whose signature would fit every such request.
        case rawBody = "raw_body"
        /// Compact JSON with sorted keys, without the signature itself; non-ASCII escaped as Python does, or as UTF-8.
        case sortedJSON = "sorted_json"
        /// `k=v&…` in the order of the names, without the signature itself.
        case sortedParameters = "sorted_params"
    }

    package var algorithm: Algorithm
    package var encoding: Encoding
    /// The credential that is the key.
    package var credential: String
    /// Where the signature stands; the first is written, the first present is read.
    package var places: [CredentialPlan.Place]
    /// The forms that count; requests are written with the first.
    package var forms: [Form]
    /// The setting that narrows the forms down.
    package var setting: String?
}
