extension MappingCompiler {
    mutating func credential(_ name: String, _ node: YAMLNode, isSigningKey: Bool) -> CredentialPlan {
        var map = YAMLFields(node, subject: "credential '\(name)'", into: &diagnostics)
        let identifies = map.flag("identifies", &diagnostics) ?? false
        let mayBeNull = map.flag("may_be_null", &diagnostics) ?? false
        let signsOnly = map.flag("signs", &diagnostics) ?? false
        let places = self.places(node, in: &map)
        if places.isEmpty, !signsOnly {
            diagnostics.error(at: node.location, "credential '\(name)' needs a place: header, bearer, query or body, or signs: true")
        }
        map.finish(&diagnostics)
        return CredentialPlan(name: name, places: places, identifies: identifies, mayBeNull: mayBeNull, signsOnly: signsOnly)
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

    mutating func signature(_ node: YAMLNode) -> SignaturePlan? {
        var map = YAMLFields(node, subject: "signature", into: &diagnostics)
        let algorithm = word("algorithm", in: &map, of: SignaturePlan.Algorithm.self) ?? .hmacSHA256
        let encoding = word("encoding", in: &map, of: SignaturePlan.Encoding.self) ?? .hex
        let key = map.require("key", &diagnostics)
        let name = key?.text("key", &diagnostics) ?? ""
        if let key, !credentials.contains(where: { $0.name == name }) {
            diagnostics.error(at: key.location, "unknown credential '\(name)'\(name.suggestion(from: credentials.map(\.name)))")
        }
        let places = self.places(node, in: &map)
        if places.isEmpty { diagnostics.error(at: node.location, "a signature needs a place: header, query or body") }
        let forms =
            map.texts("signs", &diagnostics)?.compactMap { word($0.text, at: $0.location, of: SignaturePlan.Form.self) } ?? [.rawBody]
        let setting = map.take("setting")
        if let setting, let name = setting.scalar, !settings.contains(where: { $0.name == name }) {
            diagnostics.error(at: setting.location, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
        }
        map.finish(&diagnostics)
        return SignaturePlan(
            algorithm: algorithm, encoding: encoding, credential: name, places: places, forms: forms, setting: setting?.scalar)
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
                _ = RequestLayout.insert(.secret(slot), at: [name], into: &layout.members)
            case .query(let name):
                _ = layout.secretSlot(name)
            case .header, .bearer: break
            }
        }
    }
}
