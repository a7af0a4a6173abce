extension SignedForm {
    /// The body's bytes as sent.
    package static let rawBody = SignedForm(name: "raw_body", coversBody: true) { content in
        content.hasBody ? [SignedText(content.request.body)] : []
    }
}
