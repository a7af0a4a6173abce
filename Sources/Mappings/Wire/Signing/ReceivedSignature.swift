/// The signature of one received request, and the texts that it may be of. Each text is made once and only if it is asked for, however many
/// sources and keys the signature is compared with.
package final class ReceivedSignature {
    /// As it is compared; nil if the request has none.
    let presented: [UInt8]?
    private let parsed: ParsedRequest
    private let plan: SignaturePlan
    /// By the name of the form.
    private var texts: [String: [[UInt8]]] = [:]
    /// Why a text was not compared with the signature, as a part of a sentence.
    package private(set) var ambiguity: String?
    private lazy var members = plan.unsigned(parsed.members)

    package init(of parsed: ParsedRequest, by plan: SignaturePlan) {
        self.parsed = parsed
        self.plan = plan
        presented = plan.presented(in: parsed).map { Array($0.utf8) }
    }

    func texts(_ form: SignedForm) -> [[UInt8]] {
        if let made = texts[form.name] { return made }
        let members = form.coversBody ? nil : members
        let all = form.texts(SignedContent(request: parsed.request, hasBody: parsed.hasBody, members: members))
        let made = all.filter { $0.ambiguity == nil }.map(\.bytes)
        if made.count < all.count { ambiguity = all.lazy.compactMap(\.ambiguity).first }
        texts[form.name] = made
        return made
    }
}

extension SignaturePlan {
    /// A request's signature in the one spelling that is compared and remembered; nil if it has none.
    package func presented(in parsed: ParsedRequest) -> String? {
        let given = parsed.value(atFirstOf: places) ?? ""
        return given.isEmpty ? nil : encoding.comparable(given)
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
