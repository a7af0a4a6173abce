/// How a mapping's requests are signed: an algorithm, an encoding and forms, each chosen by name from the lists in `Wire/Signing`.
package struct SignaturePlan: Sendable {
    package var algorithm: SignatureAlgorithm
    package var encoding: SignatureEncoding
    /// The credential that is the key.
    package var credential: String
    /// The places that may hold the signature. In a request that is read the first place that the request uses counts, even if the value
    /// there is wrong.
    package var places: [CredentialPlan.Place]
    /// The forms that count when a request is read; a source's setting may allow fewer.
    package var forms: [SignedForm]
    /// The name of that setting.
    package var setting: String?

    /// How a request is written: in the first form that it can have, at the first place that can hold that signature. Nil if no form has a
    /// place, which the compiler refuses.
    ///
    /// A form of the body's own bytes needs a body, and its signature is elsewhere: in the body it would change what it signs.
    func way(hasBody: Bool) -> (form: SignedForm, place: CredentialPlan.Place)? {
        for form in forms where hasBody || !form.coversBody {
            for place in places {
                if case .body = place, !hasBody || form.coversBody { continue }
                return (form, place)
            }
        }
        return nil
    }
}
