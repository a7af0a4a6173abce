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
    /// What is written around it in a header; nil writes it alone.
    package var form: CredentialForm?

    package enum Place: Sendable, Hashable {
        case header(String)
        /// `Authorization: Bearer …`, RFC 6750.
        case bearer
        case query(String)
        /// A member at the top of the body.
        case body(String)
        /// One half of `Authorization: Basic …`, RFC 7617.
        case basicUser, basicPassword
        /// The path's variable segment of that name.
        case path(String)
    }
}

/// What is written around a credential: `Token {value}`.
package struct CredentialForm: Sendable, Equatable {
    package var prefix: String
    package var suffix: String

    package var text: String { "\(prefix){value}\(suffix)" }

    func text(of value: String) -> String { prefix + value + suffix }

    /// Nil if a header is not written so. The word of a scheme counts in either case.
    func value(of text: String) -> String? {
        guard text.utf8.count > prefix.utf8.count + suffix.utf8.count, text.hasSuffix(suffix),
            String(text.prefix(prefix.count)).isEqualIgnoringCase(prefix)
        else { return nil }
        return text.dropFirst(prefix.count).dropLast(suffix.count).trimmed
    }
}

extension CredentialPlan {
    /// The value at the first place that a request uses; nil if it uses none, empty if what stands there is none.
    package func presented(in parsed: ParsedRequest) -> String? {
        for place in places {
            guard let text = parsed.value(at: place) else { continue }
            guard let form, case .header = place else { return text }
            return form.value(of: text) ?? ""
        }
        return nil
    }

    /// Where it is, as a sentence says it: `the header X-Key or the query as key`.
    package var phrase: String {
        places.map { place in
            guard let form, case .header(let name) = place else { return place.phrase }
            return "the header \(name) as '\(form.prefix)…\(form.suffix)'"
        }.joined(separator: " or ")
    }
}

extension CredentialPlan.Place {
    package var phrase: String {
        switch self {
        case .header(let name): "the header \(name)"
        case .bearer: "the header Authorization as 'Bearer …'"
        case .query(let name): "the query as \(name)"
        case .body(let name): "the body as \(name)"
        case .basicUser: "the header Authorization as the user of 'Basic …'"
        case .basicPassword: "the header Authorization as the password of 'Basic …'"
        case .path(let name): "the path as {\(name)}"
        }
    }
}
