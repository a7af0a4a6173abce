/// Signs what the gateway writes and verifies what it receives: one mapping's signature with one key.
package struct Signer: Sendable {
    /// A secret that is ready to sign. Two of the same secret are equal.
    package struct Key: Sendable, Hashable {
        /// The code of nothing, which stands for the secret and does not reveal it.
        private let code: [UInt8]
        /// For a text that holds the key.
        let bytes: [UInt8]
        let signing: SigningKey

        init(_ secret: String, _ plan: SignaturePlan) {
            // The configuration has no secret that is not of its kind.
            bytes = plan.keyKind.key(of: secret) ?? Array(secret.utf8)
            signing = plan.algorithm.key(bytes)
            code = (plan.algorithm.isKeyed ? signing : SignatureAlgorithm.hmacSHA256.key(bytes)).code([])
        }

        package static func == (one: Key, other: Key) -> Bool { one.code == other.code }

        package func hash(into hasher: inout Hasher) { hasher.combine(code) }
    }

    private let plan: SignaturePlan
    let forms: [SignedForm]
    let key: Key

    /// - Parameter forms: those that the source's setting lists; all of the mapping's if it lists none.
    package init(_ plan: SignaturePlan, secret: String, forms: [SignedForm]) {
        self.plan = plan
        self.forms = forms.isEmpty ? plan.forms : forms
        key = Key(secret, plan)
    }

    /// The signature of some bytes, as it is written.
    package func sign(_ bytes: [UInt8]) -> String { plan.encoding.text(key.signing.code(bytes)) }

    /// The signature of a request that has none yet; nil if it has nothing to sign in this form.
    ///
    /// - Parameter format: of the body; nil if the fields are in the query.
    func sign(_ request: WireRequest, in format: (any BodyFormat)?, as form: SignedForm) -> String? {
        var members: JSONObject?
        if !form.coversBody {
            members = plan.unsigned(format.map { $0.members(of: request.body) } ?? Parameters(decoding: request.query).members)
        }
        let unsigned = UnsignedRequest(request: request, hasBody: format != nil && !request.body.isEmpty, members: members)
        return form.written(unsigned).map { sign($0) }
    }

    /// The signature of a text of parts.
    func sign(_ message: SignedMessage) -> String { plan.encoding.text(key.signing.code(message.bytes(key.bytes))) }

    /// Whether the request's signature is right in one of the accepted forms.
    package func verifies(_ parsed: ParsedRequest) -> Bool {
        verifies(ReceivedSignature(of: parsed, by: plan))
    }

    package func verifies(_ received: ReceivedSignature) -> Bool {
        received.search([self])
        return received.isProven(by: self)
    }
}

extension SignaturePlan {
    /// The members that are signed: without the signature, whatever its place among them. Nil if none are left.
    fileprivate func unsigned(_ members: JSONObject?) -> JSONObject? {
        guard var members else { return nil }
        for name in names { members[name] = nil }
        return members.members.isEmpty ? nil : members
    }
}
