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
            diagnostics.error(
                at: node.location,
                "credential '\(name)' needs a place: header, bearer, basic, query, body or path, or signs: true")
        }
        let form = map.take("form").flatMap { credentialForm($0, of: name, places) }
        map.finish(&diagnostics)
        var plan = CredentialPlan(
            name: name, places: places, identifies: identifies, mayBeNull: mayBeNull, signsOnly: signsOnly, form: form)
        plan.token = token
        return plan
    }

    /// `Token {value}`.
    private mutating func credentialForm(_ node: YAMLNode, of name: String, _ places: [CredentialPlan.Place]) -> CredentialForm? {
        guard let text = node.text("form", &diagnostics) else { return nil }
        if !places.contains(where: { if case .header = $0 { true } else { false } }) {
            diagnostics.error(at: node.location, "the form of credential '\(name)' is for a header; it has none")
        }
        let parts = text.split(separator: "{value}", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            diagnostics.error(
                at: node.location, "the form of credential '\(name)' holds {value} once, such as 'Token {value}', found '\(text)'")
            return nil
        }
        return CredentialForm(prefix: String(parts[0]), suffix: String(parts[1]))
    }

    /// The places in the order of the file.
    mutating func places(_ node: YAMLNode, in map: inout YAMLFields) -> [CredentialPlan.Place] {
        let header = map.text("header", &diagnostics)
        let bearer = map.flag("bearer", &diagnostics)
        let query = map.text("query", &diagnostics)
        let body = map.text("body", &diagnostics)
        let basic = map.take("basic").flatMap { self.basic($0) }
        let path = map.text("path", &diagnostics)
        return (node.entries ?? []).compactMap { entry in
            switch entry.key.scalar {
            case "header": header.map { .header($0) }
            case "bearer": bearer == true ? .bearer : nil
            case "query": query.map { .query($0) }
            case "body": body.map { .body($0) }
            case "basic": basic
            case "path": path.map { .path($0) }
            default: nil
            }
        }
    }

    private mutating func basic(_ node: YAMLNode) -> CredentialPlan.Place? {
        switch node.scalar {
        case "user": return .basicUser
        case "password": return .basicPassword
        default:
            diagnostics.error(
                at: node.location, "'basic' must be user or password, found \(node.scalar.map { "'\($0)'" } ?? node.kind)")
            return nil
        }
    }

    /// Keeps credentials and signatures in a body or query from becoming `extra`.
    mutating func reserveSecrets(_ signature: SignaturePlan?, _ fields: [(name: String, location: SourceLocation)]) {
        for place in credentials.flatMap(\.places) + (signature?.places ?? []) {
            switch place {
            case .body(let name), .query(let name):
                guard let field = fields.first(where: { $0.name == name }) else { break }
                diagnostics.error(at: field.location, "the name '\(name)' is taken by a credential or the signature")
            case .header, .bearer, .basicUser, .basicPassword, .path: break
            }
            switch place {
            case .body(let name):
                let slot = layout.secretSlot(name)
                _ = layout.insert(.secret(slot), at: WirePath([.member(name)]))
            case .query(let name):
                _ = layout.secretSlot(name)
            case .header, .bearer, .basicUser, .basicPassword, .path: break
            }
        }
    }
}
