extension SignedForm {
    /// The body's bytes as sent.
    package static let rawBody = SignedForm(name: "raw_body", coversBody: true) { written in
        written.hasBody ? written.request.body : nil
    } received: { content, likelihood in
        guard likelihood == .usual, !content.holdsSignature, let body = content.body else { return [] }
        if case .parameters = content.pieces { return [.parameters(body)] }
        return [SignedText(body)]
    }
}
