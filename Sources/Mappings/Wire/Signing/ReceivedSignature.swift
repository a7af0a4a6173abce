/// The signature of one received request, and the texts that it may be of. Each text is made once and only if it is asked for, however many
/// sources and keys the signature is compared with.
package final class ReceivedSignature {
    /// As it is compared; nil if the request has none.
    let presented: [UInt8]?
    private let parsed: ParsedRequest
    private let plan: SignaturePlan
    /// By the name of the form.
    private var texts: [String: [[UInt8]]] = [:]
    private lazy var members = plan.unsigned(parsed.members)

    package init(of parsed: ParsedRequest, by plan: SignaturePlan) {
        self.parsed = parsed
        self.plan = plan
        let given = parsed.value(atFirstOf: plan.places) ?? ""
        presented = given.isEmpty ? nil : Array(plan.encoding.comparable(given).utf8)
    }

    func texts(_ form: SignedForm) -> [[UInt8]] {
        if let made = texts[form.name] { return made }
        let members = form.coversBody ? nil : members
        let made = form.texts(SignedContent(request: parsed.request, hasBody: parsed.hasBody, members: members))
        texts[form.name] = made
        return made
    }
}

extension ParsedRequest {
    /// The members of the body, or the parameters that hold the fields.
    fileprivate var members: JSONObject? {
        if let parameters { return parameters.members }
        if hasBody { return format?.members(of: request.body) }
        // Of too many parameters only the secrets were decoded.
        return isExcessive && format == nil ? Parameters(decoding: request.query).members : nil
    }
}
