/// How a mapping's requests are signed: an algorithm, an encoding and forms, each chosen by name from the lists in `Wire/Signing`.
package struct SignaturePlan: Sendable {
    package var algorithm: SignatureAlgorithm
    package var encoding: SignatureEncoding
    /// The credential that is the key.
    package var credential: String
    /// What the credential's text is of the key.
    package var keyKind = SignatureKeyKind.text
    /// The places that may hold the signature. In a request that is read the first place that the request uses counts, even if the value
    /// there is wrong.
    package var places: [CredentialPlan.Place]
    /// The forms that count when a request is read; a source's setting may allow fewer. Not used if there is a `text`.
    package var forms: [SignedForm]
    /// The name of that setting.
    package var setting: String?
    /// What is signed, as a text of parts.
    package var text: SignatureText?
    /// What is written at the place around the signature; nil writes it alone.
    package var notation: SignatureNotation?
    package var timestamp: SignatureStamp?
    /// Where the message's id is.
    package var id: SignatureStamp.Place?
    /// How far the signed timestamp may lie from the time of receipt; nil is any distance. A source may set another.
    package var tolerance: Duration?

    /// How a request is written: what is signed, and where the signature goes.
    struct Way {
        /// Nil signs the plan's `text`.
        var form: SignedForm?
        var place: CredentialPlan.Place
    }

    /// In the first form that a request can have, at the first place that can hold that signature. Nil if no form has a place, which the
    /// compiler refuses.
    ///
    /// A form of the body's own bytes needs a body, and its signature is elsewhere: in the body it would change what it signs.
    func way(hasBody: Bool) -> Way? {
        let forms: [(form: SignedForm?, coversBody: Bool)] = text.map { [(nil, $0.coversBody)] } ?? self.forms.map { ($0, $0.coversBody) }
        for (form, coversBody) in forms where hasBody || !coversBody {
            for place in places {
                if case .body = place, !hasBody || coversBody { continue }
                if case .query = place, text?.coversQuery ?? false { continue }
                return Way(form: form, place: place)
            }
        }
        return nil
    }
}

/// A timestamp that is signed.
package struct SignatureStamp: Sendable {
    package enum Place: Sendable, Equatable {
        /// Beside the signature, in its notation.
        case notation
        case header(String)
    }

    package enum Form: String, Sendable, CaseIterable {
        case unix
        case milliseconds = "unix_ms"
        case iso8601
    }

    package var place: Place
    package var form: Form
}

extension SignatureStamp.Form {
    func text(_ time: Timestamp) -> String {
        switch self {
        case .unix: "\(time.seconds)"
        case .milliseconds: "\(time.milliseconds)"
        case .iso8601: time.description
        }
    }

    /// Nil if the text is no such time.
    func time(_ text: String) -> Timestamp? {
        guard self != .iso8601 else { return Timestamp(iso8601: text) }
        let most = self == .unix ? 12 : 15
        guard (1...most).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else {
            return nil
        }
        return self == .unix ? Timestamp(seconds: number) : Timestamp(microseconds: number * 1000)
    }

    /// As a sentence says it.
    var words: String {
        switch self {
        case .unix: "seconds since 1970"
        case .milliseconds: "milliseconds since 1970"
        case .iso8601: "a time such as 2026-12-25T00:00:00Z"
        }
    }
}
