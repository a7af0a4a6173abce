extension MappingCompiler {
    mutating func credential(_ name: String, _ node: YAMLNode, isSigningKey: Bool) -> CredentialPlan {
        var map = YAMLFields(node, subject: "credential '\(name)'", into: &diagnostics)
        let identifies = map.flag("identifies", &diagnostics) ?? false
        let mayBeNull = map.flag("may_be_null", &diagnostics) ?? false
        let signsOnly = map.flag("signs", &diagnostics) ?? false
        var places = self.places(node, in: &map)
        let token = self.token(name, node, in: &map)
        if token != nil {
            checkPlace(ofToken: name, places, at: node.location)
            if places.isEmpty { places = [.bearer] }
        }
        if places.isEmpty, !signsOnly {
            diagnostics.error(at: node.location, "credential '\(name)' needs a place: header, bearer, query or body, or signs: true")
        }
        map.finish(&diagnostics)
        var plan = CredentialPlan(name: name, places: places, identifies: identifies, mayBeNull: mayBeNull, signsOnly: signsOnly)
        plan.token = token
        return plan
    }

    /// The places in the order of the file.
    private mutating func places(_ node: YAMLNode, in map: inout YAMLFields) -> [CredentialPlan.Place] {
        let header = map.text("header", &diagnostics)
        let bearer = map.flag("bearer", &diagnostics)
        let query = map.text("query", &diagnostics)
        let body = map.text("body", &diagnostics)
        return (node.entries ?? []).compactMap { entry in
            switch entry.key.scalar {
            case "header": header.map { .header($0) }
            case "bearer": bearer == true ? .bearer : nil
            case "query": query.map { .query($0) }
            case "body": body.map { .body($0) }
            default: nil
            }
        }
    }

    mutating func signature(_ node: YAMLNode, request: RequestPlan) -> SignaturePlan? {
        var map = YAMLFields(node, subject: "signature", into: &diagnostics)
        let algorithm = choice("algorithm", in: &map, among: SignatureAlgorithm.all, \.name) ?? .hmacSHA256
        let encoding = choice("encoding", in: &map, among: SignatureEncoding.all, \.name) ?? .hex
        let key = map.require("key", &diagnostics)
        let name = key?.text("key", &diagnostics) ?? ""
        if let key, !credentials.contains(where: { $0.name == name }) {
            diagnostics.error(at: key.location, "unknown credential '\(name)'\(name.suggestion(from: credentials.map(\.name)))")
        }
        let places = self.places(node, in: &map)
        if places.isEmpty { diagnostics.error(at: node.location, "a signature needs a place: header, query or body") }
        let forms =
            map.texts("signs", &diagnostics)?.compactMap { choice($0.text, at: $0.location, among: SignedForm.all, \.name) } ?? [.rawBody]
        let setting = map.take("setting")
        if let setting, let name = setting.scalar, !settings.contains(where: { $0.name == name }) {
            diagnostics.error(at: setting.location, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
        }
        map.finish(&diagnostics)
        let plan = SignaturePlan(
            algorithm: algorithm, encoding: encoding, credential: name, places: places, forms: forms, setting: setting?.scalar)
        checkWriting(plan, of: request, at: node.location)
        return plan
    }

    /// A signature that can be written nowhere would leave every request unsigned.
    mutating func checkWriting(_ plan: SignaturePlan, of request: RequestPlan, at place: SourceLocation, subject: String = "") {
        let hasBody = request.writtenFormat != nil
        guard !plan.places.isEmpty, !plan.forms.isEmpty, plan.way(hasBody: hasBody) == nil else { return }
        let forms = plan.forms.map(\.name).joined(separator: " and ")
        let others = SignedForm.all.filter { !$0.coversBody }.map(\.name).joined(separator: " or ")
        if !hasBody, plan.forms.allSatisfy(\.coversBody) {
            diagnostics.error(
                at: place, "\(subject)a \(request.methods[0]) request has no body for \(forms) to sign; list \(others) in 'signs'")
        } else if !hasBody {
            diagnostics.error(
                at: place, "\(subject)a \(request.methods[0]) request has no body that could hold the signature; give it a header or query")
        } else {
            diagnostics.error(
                at: place,
                "\(subject)a signature over \(forms) cannot be in the body that it signs; give it a header or query, or list \(others) in 'signs'"
            )
        }
    }

    /// Keeps credentials and signatures in a body or query from becoming `extra`.
    mutating func reserveSecrets(_ signature: SignaturePlan?, _ fields: [(name: String, location: SourceLocation)]) {
        for place in credentials.flatMap(\.places) + (signature?.places ?? []) {
            switch place {
            case .body(let name), .query(let name):
                guard let field = fields.first(where: { $0.name == name }) else { break }
                diagnostics.error(at: field.location, "the name '\(name)' is taken by a credential or the signature")
            case .header, .bearer: break
            }
            switch place {
            case .body(let name):
                let slot = layout.secretSlot(name)
                _ = layout.insert(.secret(slot), at: WirePath([.member(name)]))
            case .query(let name):
                _ = layout.secretSlot(name)
            case .header, .bearer: break
            }
        }
    }
}
