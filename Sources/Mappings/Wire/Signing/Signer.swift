/// Signs what the gateway writes and verifies what it receives: one mapping's signature with one key.
package struct Signer: Sendable {
    private let plan: SignaturePlan
    private let forms: [SignedForm]
    private let code: @Sendable ([UInt8]) -> [UInt8]
    /// The bytes of every signature as it is written.
    private let length: Int

    /// - Parameter forms: those that the source's setting lists; all of the mapping's if it lists none.
    package init(_ plan: SignaturePlan, secret: String, forms: [SignedForm]) {
        self.plan = plan
        self.forms = forms.isEmpty ? plan.forms : forms
        code = plan.algorithm.code(Array(secret.utf8))
        length = plan.encoding.text(code([])).utf8.count
    }

    /// The signature of some bytes, as it is written.
    package func sign(_ bytes: [UInt8]) -> String { plan.encoding.text(code(bytes)) }

    /// The signature of a request that has none yet; nil if it has nothing to sign in this form.
    ///
    /// - Parameter format: of the body; nil if the fields are in the query.
    func sign(_ request: WireRequest, in format: (any BodyFormat)?, as form: SignedForm) -> String? {
        var members: JSONObject?
        if !form.coversBody {
            members = plan.unsigned(format.map { $0.members(of: request.body) } ?? Parameters(decoding: request.query).members)
        }
        let content = SignedContent(request: request, hasBody: format != nil && !request.body.isEmpty, members: members)
        return form.texts(content).first.map { sign($0.bytes) }
    }

    /// Whether the request's signature is right in one of the accepted forms.
    package func verifies(_ parsed: ParsedRequest) -> Bool {
        verifies(ReceivedSignature(of: parsed, by: plan))
    }

    /// Signatures are compared in constant time. What no signature is as long as is wrong before anything is signed.
    package func verifies(_ received: ReceivedSignature) -> Bool {
        guard let presented = received.presented, presented.count == length else { return false }
        var isRight = false
        for form in forms {
            for text in received.texts(form) where presented.isEqualInConstantTime(to: Array(sign(text).utf8)) { isRight = true }
        }
        return isRight
    }
}

extension SignaturePlan {
    /// The members that are signed: without the signature, whatever its place among them. Nil if none are left.
    func unsigned(_ members: JSONObject?) -> JSONObject? {
        guard var members else { return nil }
        for place in places {
            switch place {
            case .body(let name), .query(let name): members[name] = nil
            case .header, .bearer: break
            }
        }
        return members.members.isEmpty ? nil : members
    }
}

extension [UInt8] {
    /// Takes as long for a wrong value as for a right one; only the length shows.
    package func isEqualInConstantTime(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }
}
