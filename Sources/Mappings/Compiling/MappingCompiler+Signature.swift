extension MappingCompiler {
    /// - Parameter sides: what is never written needs no place to be written to.
    mutating func signature(_ node: YAMLNode, request: RequestPlan, for sides: Set<SettingPlan.Side>) -> SignaturePlan? {
        var map = YAMLFields(node, subject: "signature", into: &diagnostics)
        let algorithm = choice("algorithm", in: &map, among: SignatureAlgorithm.all, \.name) ?? .hmacSHA256
        let encoding = choice("encoding", in: &map, among: SignatureEncoding.all, \.name) ?? .hex
        let key = map.require("key", &diagnostics)
        let name = key?.text("key", &diagnostics) ?? ""
        if let key, !credentials.contains(where: { $0.name == name }) {
            diagnostics.error(at: key.location, "unknown credential '\(name)'\(name.suggestion(from: credentials.map(\.name)))")
        }
        let places = self.places(signatureIn: node, &map)
        if places.isEmpty { diagnostics.error(at: node.location, "a signature needs a place: header, query or body") }
        let signs = map.take("signs")
        let forms =
            signs?.texts("signs", &diagnostics).compactMap { choice($0.text, at: $0.location, among: SignedForm.all, \.name) } ?? [.rawBody]
        let setting = map.take("setting")
        if let setting, let name = setting.scalar, !settings.contains(where: { $0.name == name }) {
            diagnostics.error(at: setting.location, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
        }
        var plan = SignaturePlan(
            algorithm: algorithm, encoding: encoding, credential: name, places: places, forms: forms, setting: setting?.scalar)
        plan.keyKind = word("key_is", in: &map, of: SignatureKeyKind.self) ?? .text
        plan.notation = map.take("form").flatMap { notation($0) }
        plan.timestamp = stamp(&map, plan.notation)
        plan.id = map.take("id").flatMap { stampPlace($0, "id") } ?? (plan.notation?.names(.id) ?? false ? .notation : nil)
        let text = map.take("text")
        plan.text = text.flatMap { signatureText($0, plan) }
        let tolerance = map.take("tolerance")
        plan.tolerance = tolerance.flatMap { $0.duration("tolerance", &diagnostics) }
        map.finish(&diagnostics)
        if let tolerance, plan.timestamp == nil {
            diagnostics.error(
                at: tolerance.location,
                "'tolerance' needs the timestamp that is signed: name {timestamp} in 'form', or say timestamp: { header: … }")
        }
        check(plan, of: request, signs: signs, text: text, at: node.location)
        if sides.contains(.destination), text == nil || plan.text != nil { checkWriting(plan, of: request, at: node.location) }
        return plan
    }

    /// A signature is a header's, a parameter's or a member's whole value.
    private mutating func places(signatureIn node: YAMLNode, _ map: inout YAMLFields) -> [CredentialPlan.Place] {
        let places = self.places(node, in: &map)
        for place in places {
            switch place {
            case .basicUser, .basicPassword, .path:
                diagnostics.error(at: node.location, "a signature cannot be in \(place.phrase); give it a header, query or body")
            case .header, .bearer, .query, .body: break
            }
        }
        return places
    }

    // MARK: A text of parts

    private mutating func notation(_ node: YAMLNode) -> SignatureNotation? {
        guard let text = node.text("form", &diagnostics) else { return nil }
        do throws(SignatureNotation.Mistake) {
            return try SignatureNotation(text)
        } catch {
            diagnostics.error(
                at: node.location,
                "the signature's form '\(text)' says how its place is written, such as 't={timestamp},v1={signature}': \(error.sentence)")
            return nil
        }
    }

    /// `timestamp: { header: webhook-timestamp, as: unix_ms }`.
    private mutating func stamp(_ map: inout YAMLFields, _ notation: SignatureNotation?) -> SignatureStamp? {
        let isInNotation = notation?.names(.timestamp) ?? false
        guard let node = map.take("timestamp") else {
            return isInNotation ? SignatureStamp(place: .notation, form: .unix) : nil
        }
        var inner = YAMLFields(node, subject: "'timestamp' of the signature", into: &diagnostics)
        let form = word("as", in: &inner, of: SignatureStamp.Form.self) ?? .unix
        let header = isInNotation ? nil : inner.require("header", &diagnostics)?.text("header", &diagnostics)
        inner.finish(&diagnostics)
        if isInNotation { return SignatureStamp(place: .notation, form: form) }
        return header.map { SignatureStamp(place: .header($0), form: form) }
    }

    private mutating func stampPlace(_ node: YAMLNode, _ name: String) -> SignatureStamp.Place? {
        var inner = YAMLFields(node, subject: "'\(name)' of the signature", into: &diagnostics)
        let header = inner.require("header", &diagnostics)?.text("header", &diagnostics)
        inner.finish(&diagnostics)
        return header.map { .header($0) }
    }

    /// Parameters are resolved when the fields are known.
    private mutating func signatureText(_ node: YAMLNode, _ plan: SignaturePlan) -> SignatureText? {
        guard let source = node.text("text", &diagnostics) else { return nil }
        let text = BracedText(source)
        if text.unclosed != nil {
            diagnostics.error(at: node.location, "'{' in the signature's text has no closing '}'")
            return nil
        }
        let parts = text.pieces.map { piece -> SignatureText.Part in
            switch piece {
            case .literal(let text): .literal(text)
            case .name(let name, _): part(name, plan)
            }
        }
        return SignatureText(source: source, parts: parts)
    }

    /// `{timestamp}` and `{id}` are parameters if the signature has none of its own.
    private func part(_ name: String, _ plan: SignaturePlan) -> SignatureText.Part {
        let known = SignatureText.names.first { $0.name == name }?.part
        switch known {
        case .timestamp where plan.timestamp == nil, .id where plan.id == nil, nil:
            return .field(SignatureText.Parameter(name: name, index: nil, slots: []))
        case let part?: return part
        }
    }

    private mutating func check(
        _ plan: SignaturePlan, of request: RequestPlan, signs: YAMLNode?, text node: YAMLNode?, at place: SourceLocation
    ) {
        if !plan.algorithm.isKeyed, node == nil {
            let name = plan.algorithm.name
            let keyed = SignatureAlgorithm.all.first { $0.name == "hmac-\(name)" }?.name ?? SignatureAlgorithm.hmacSHA256.name
            diagnostics.error(
                at: place, "\(name) is a plain digest, which signs nothing: give a 'text' that holds {key}, or choose \(keyed)")
        }
        guard let node else {
            for (name, isThere) in [("timestamp", plan.timestamp != nil), ("id", plan.id != nil)] where isThere {
                diagnostics.error(at: place, "the signature's \(name) is not signed; name {\(name)} in 'text'")
            }
            return
        }
        if let signs {
            diagnostics.error(at: signs.location, "a signature has 'signs' or 'text', and this one has both; keep one")
        }
        guard let text = plan.text else { return }
        if !plan.algorithm.isKeyed, !text.parts.contains(.key) {
            diagnostics.error(
                at: node.location,
                "\(plan.algorithm.name) is a plain digest, so the text that is signed must hold {key}: anybody could sign")
        }
        if !text.coversContent(isInBody: !request.formats.isEmpty) {
            let wanted = request.formats.isEmpty ? "{url} or parameters" : "{raw_body} or parameters"
            diagnostics.error(
                at: node.location, "the text '\(text.source)' signs nothing that the request says; name \(wanted)")
        }
        for (name, part, isThere) in [("timestamp", SignatureText.Part.timestamp, plan.timestamp != nil), ("id", .id, plan.id != nil)]
        where isThere && !text.parts.contains(part) {
            diagnostics.error(at: node.location, "the signature's \(name) is not signed; name {\(name)} in 'text'")
        }
        warn(of: text, plan, at: node.location)
    }

    /// What a vendor's scheme leaves open.
    private mutating func warn(of text: SignatureText, _ plan: SignaturePlan, at place: SourceLocation) {
        for (left, right) in zip(text.parts, text.parts.dropFirst()) {
            guard case .field(let one) = left, case .field(let other) = right else { continue }
            diagnostics.warning(
                at: place,
                "nothing parts {\(one.name)} from {\(other.name)} in the text that is signed: whoever records a request can move "
                    + "characters from one to the other")
        }
        if !plan.algorithm.isKeyed, text.parts.first == .key {
            diagnostics.warning(
                at: place,
                "the text that is signed begins with {key}, and \(plan.algorithm.name) of such a text can be continued by whoever records "
                    + "a request: choose an hmac if the tracker has one")
        }
    }

    /// Names of parameters that are no fields.
    mutating func resolve(_ signature: SignaturePlan?, at node: YAMLNode?) -> SignaturePlan? {
        guard let signature, let text = signature.text else { return signature }
        let place = node?["text"]?.location ?? node?.location
        for parameter in text.parameters {
            let field = fields.first { $0.name == parameter.name }
            guard let place, field == nil || field?.isItem ?? false else { continue }
            if field != nil {
                diagnostics.error(
                    at: place, "{\(parameter.name)} in the signature's text is a parameter of each item; only others can be signed")
            } else if ["timestamp", "id"].contains(parameter.name) {
                diagnostics.error(
                    at: place,
                    "where is {\(parameter.name)} of the signature's text? name it in 'form', or say \(parameter.name): { header: … }")
            } else {
                let known = SignatureText.names.map(\.name) + fields.map(\.name)
                diagnostics.error(
                    at: place, "unknown name '\(parameter.name)' in the signature's text\(parameter.name.suggestion(from: known))")
            }
        }
        return signature.resolved(fields)
    }

    // MARK: Writing

    /// A signature that can be written nowhere would leave every request unsigned.
    mutating func checkWriting(_ plan: SignaturePlan, of request: RequestPlan, at place: SourceLocation, subject: String = "") {
        let hasBody = request.writtenFormat != nil
        if request.writtenFormat === BodyFormats.xml, plan.text == nil, !plan.forms.isEmpty, !plan.forms.contains(where: \.coversBody) {
            let forms = plan.forms.map(\.name).joined(separator: " or ")
            let rule = "XML is signed as it is sent, never as \(forms)"
            return diagnostics.error(at: place, "\(subject)\(rule); list raw_body in 'signs', or write a text with {raw_body}")
        }
        guard !plan.places.isEmpty, plan.text != nil || !plan.forms.isEmpty, plan.way(hasBody: hasBody) == nil else { return }
        let forms = plan.text.map { "'\($0.source)'" } ?? plan.forms.map(\.name).joined(separator: " and ")
        let others =
            plan.text == nil
            ? "list \(SignedForm.all.filter { !$0.coversBody }.map(\.name).joined(separator: " or ")) in 'signs'"
            : "name parameters instead of {raw_body}"
        if !hasBody, plan.text.map(\.coversBody) ?? plan.forms.allSatisfy(\.coversBody) {
            diagnostics.error(at: place, "\(subject)a \(request.methods[0]) request has no body for \(forms) to sign; \(others)")
        } else if !hasBody {
            diagnostics.error(
                at: place, "\(subject)a \(request.methods[0]) request has no body that could hold the signature; give it a header or query")
        } else if plan.text?.coversQuery ?? false {
            diagnostics.error(at: place, "\(subject)a signature over \(forms) cannot be in the query that it signs; give it a header")
        } else {
            diagnostics.error(
                at: place,
                "\(subject)a signature over \(forms) cannot be in the body that it signs; give it a header or query, or \(others)")
        }
    }
}
