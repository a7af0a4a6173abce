/// A secret or key that a request carries, and its places.
package struct CredentialPlan: Sendable {
    package var name: String
    /// The first place that a request uses counts, even if the value there is wrong. Requests are written with the first
    /// place of the mapping.
    package var places: [Place]
    /// A public key that says which source this is, before a secret proves it.
    package var identifies: Bool
    /// `null` in a source's configuration switches the check off (Trcker's offers from before 11 May 2026).
    package var mayBeNull: Bool
    /// Never sent: it is the key of a signature.
    package var signsOnly: Bool
    /// A destination fetches it before it sends; nil for what an operator sets.
    package var token: TokenPlan?

    package enum Place: Sendable, Hashable {
        case header(String)
        /// `Authorization: Bearer …`, RFC 6750.
        case bearer
        case query(String)
        /// A member at the top of the body.
        case body(String)
    }
}
