extension SignedForm {
    /// `a=1&b=x y` in the order of the names, without the signature: a query's or form's own pairs; or values as they are, or encoded as the
    /// common encoders do.
    package static let sortedParameters = SignedForm(name: "sorted_params", coversBody: false) { written in
        guard let members = written.members else { return nil }
        return SignedText.plain(members.sortedByKey.map { ($0.key, $0.value.parameterText) }).bytes
    } received: { content, likelihood in
        switch content.pieces {
        case .object(let object): !object.isExact ? [] : SignedText.parameterStrings(content.sortedPairs, likelihood)
        case .parameters(let parameters): SignedForm.texts(parameters, content, likelihood)
        case .none: []
        }
    }

    private static func texts(_ parameters: [SentParameters], _ content: SentContent, _ likelihood: Likelihood) -> [SignedText] {
        if likelihood == .usual { return parameters.map { .parameters($0.sorted) } }
        let pairs = content.decoded.sortedByName
        if likelihood == .common { return SignedText.parameterStrings(pairs, .usual) + SignedText.parameterStrings(pairs, .common) }
        return SignedText.parameterStrings(pairs, .rare) + parameters.map { .parameters($0.sortedWhole) }
    }
}

extension SignedText {
    /// Values as they are, then as RFC 3986 encodes them, then as other encoders do.
    static func parameterStrings(_ pairs: [(name: String, value: String)], _ likelihood: SignedForm.Likelihood) -> [SignedText] {
        switch likelihood {
        case .usual: [.plain(pairs)]
        case .common: [SignedText(ParameterSpelling.rfc3986.encoded(pairs))]
        case .rare: ParameterSpelling.others(of: pairs).map { SignedText($0.encoded(pairs)) }
        }
    }
}
