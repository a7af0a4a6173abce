/// Turns a mapping file's text into a `Mapping`, or into everything that is wrong with it.
package struct MappingCompiler {
    var diagnostics = Diagnostics()
    /// What the parts of the file found so far know of each other.
    var settings: [SettingPlan] = []
    var credentials: [CredentialPlan] = []
    var fields: [FieldPlan] = []
    var layout = RequestLayout()
    /// Whether the fields are those of an update.
    var isUpdate = false

    /// - Parameters:
    ///   - name: the file's name without `.yaml`.
    ///   - file: the path that diagnostics show.
    package static func compile(_ text: String, name: String, file: String) -> (mapping: Mapping?, diagnostics: Diagnostics) {
        var compiler = Self()
        guard let root = YAMLReader.read(text, file: file, into: &compiler.diagnostics) else { return (nil, compiler.diagnostics) }
        let mapping = compiler.mapping(root, name: name)
        return (compiler.diagnostics.hasErrors ? nil : mapping, compiler.diagnostics)
    }

    private mutating func mapping(_ root: YAMLNode, name: String) -> Mapping? {
        var top = YAMLFields(root, subject: "a mapping", into: &diagnostics)
        guard !diagnostics.hasErrors else { return nil }
        if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) {
            diagnostics.error(at: root.location, "a mapping's name is its file's: letters, digits, '-' and '_' only, found '\(name)'")
        }
        let tracker = top.require("tracker", &diagnostics)?.text("tracker", &diagnostics) ?? name
        let settingNodes = top.map("settings", &diagnostics)
        settings = settingNodes.map { setting($0.name, $0.value) }
        let credentialNodes = top.map("credentials", &diagnostics)
        credentials = credentialNodes.map { credential($0.name, $0.value, isSigningKey: false) }
        // Fields and examples of a file without a request are still checked.
        let request =
            top.require("request", &diagnostics).flatMap { self.request($0) }
            ?? RequestPlan(methods: ["POST"], path: PathPlan(segments: []), bodies: [.json], isSorted: false)
        let signature = top.take("signature").flatMap { self.signature($0) }
        let fieldNodes = top.map("fields", &diagnostics)
        for node in fieldNodes { field(node.name, at: node.key.location, node.value, request: request) }
        reserveSecrets(signature, fieldNodes.map { ($0.name, $0.key.location) })
        let computed = top.map("computed", &diagnostics).compactMap { self.computed($0.name, at: $0.key.location, $0.value) }
        let checks = top.list("checks", &diagnostics).compactMap { check($0) }
        let duplicates = top.take("same_conversion").map { duplicateRule($0) } ?? DuplicateRule(alternatives: [])
        let repeats = word("repeats", in: &top, of: RepeatPolicy.self) ?? .ignore
        let replies = self.replies(top.map("replies", &diagnostics), at: top.location)
        let list = top.take("list").flatMap { self.list($0) }
        let examples = top.list("examples", &diagnostics).compactMap { example($0, request: request) }
        let updateNodes = top.map("updates", &diagnostics)
        top.finish(&diagnostics)
        var mapping = Mapping(
            name: name, tracker: tracker, request: request, settings: settings, credentials: credentials, signature: signature,
            fields: fields, computed: computed, checks: checks, duplicates: duplicates, repeats: repeats, replies: replies,
            list: list, examples: examples, layout: layout, readingOrder: readingOrder)
        mapping.updates = updateNodes.compactMap { update($0.name, at: $0.key.location, $0.value, of: mapping) }
        return mapping
    }

    /// Words such as the type come first, then the currency, then the amounts that need it.
    var readingOrder: [Int] {
        fields.indices.filter { fields[$0].reading != nil }.sorted { left, right in
            (fields[left].readingRank, left) < (fields[right].readingRank, right)
        }
    }

    // MARK: Settings, credentials, request

    private mutating func setting(_ name: String, _ node: YAMLNode) -> SettingPlan {
        var map = YAMLFields(node, subject: "setting '\(name)'", into: &diagnostics)
        let kind = word("as", in: &map, of: SettingPlan.Kind.self) ?? .text
        let values = map.texts("values", &diagnostics)?.map(\.text) ?? []
        let sides = Set(self.sides("for", in: &map) ?? SettingPlan.Side.allCases)
        let required = Set(self.sides("required", in: &map) ?? [])
        var plan = SettingPlan(name: name, kind: kind, values: values, initial: nil, sides: sides, requiredBy: required)
        if let initial = map.take("default") { plan.initial = plan.value(initial, &diagnostics) }
        map.finish(&diagnostics)
        return plan
    }

    private mutating func sides(_ key: String, in map: inout YAMLFields) -> [SettingPlan.Side]? {
        map.texts(key, &diagnostics)?.compactMap { word($0.text, at: $0.location, of: SettingPlan.Side.self) }
    }

    private mutating func credential(_ name: String, _ node: YAMLNode, isSigningKey: Bool) -> CredentialPlan {
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

    mutating func request(_ node: YAMLNode) -> RequestPlan? {
        var map = YAMLFields(node, subject: "request", into: &diagnostics)
        let written = map.texts("method", &diagnostics) ?? []
        if written.isEmpty, node.isMap { diagnostics.error(at: node.location, "request needs 'method', such as POST") }
        let methods = written.compactMap { text, place -> String? in
            let method = text.uppercased()
            if RequestPlan.knownMethods.contains(method) { return method }
            diagnostics.error(at: place, "unknown method '\(text)'\(method.suggestion(from: RequestPlan.knownMethods))")
            return nil
        }
        let path = map.require("path", &diagnostics).flatMap { self.path($0) }
        let bodies = map.texts("body", &diagnostics)?.compactMap { word($0.text, at: $0.location, of: RequestPlan.BodyKind.self) } ?? []
        let isSorted = map.flag("sorted", &diagnostics) ?? false
        let sourceName = map.take("names_source").flatMap { self.sourceName($0) }
        map.finish(&diagnostics)
        guard let path, !methods.isEmpty else { return nil }
        return RequestPlan(methods: methods, path: path, bodies: bodies, isSorted: isSorted, sourceName: sourceName)
    }

    private mutating func sourceName(_ node: YAMLNode) -> RequestPlan.SourceName? {
        var map = YAMLFields(node, subject: "names_source", into: &diagnostics)
        let header = map.require("header", &diagnostics)?.text("header", &diagnostics)
        let setting = map.take("setting")
        map.finish(&diagnostics)
        if let setting, let name = setting.scalar, !settings.contains(where: { $0.name == name }) {
            diagnostics.error(at: setting.location, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
        }
        return header.map { RequestPlan.SourceName(header: $0, setting: setting?.scalar) }
    }

    /// Variable segments must be settings, since the operator fixes where requests go.
    mutating func path(_ node: YAMLNode) -> PathPlan? {
        guard let text = node.text("path", &diagnostics) else { return nil }
        guard text.hasPrefix("/"), text.count > 1 else {
            diagnostics.error(at: node.location, "a path begins with '/', found '\(text)'")
            return nil
        }
        let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { part -> PathPlan.Segment in
            guard part.hasPrefix("{"), part.hasSuffix("}") else { return .literal(String(part)) }
            let name = String(part.dropFirst().dropLast())
            if !settings.contains(where: { $0.name == name }) {
                diagnostics.error(
                    at: node.location, "path segment '{\(name)}' is not a setting\(name.suggestion(from: settings.map(\.name)))")
            }
            return .setting(name)
        }
        return PathPlan(segments: segments)
    }

    private mutating func signature(_ node: YAMLNode) -> SignaturePlan? {
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

    // MARK: Words of closed lists

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ key: String, in map: inout YAMLFields, of type: Word.Type) -> Word?
    {
        guard let node = map.take(key), let text = node.text(key, &diagnostics) else { return nil }
        return word(text, at: node.location, of: type)
    }

    mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ text: String, at place: SourceLocation, of type: Word.Type) -> Word?
    {
        if let word = Word(rawValue: text) { return word }
        diagnostics.error(at: place, "unknown word '\(text)'\(text.suggestion(from: Word.allCases.map(\.rawValue)))")
        return nil
    }
}

extension SettingPlan {
    /// Reads what an operator wrote, or the mapping's own default.
    package func value(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> SettingValue? {
        switch kind {
        case .flag:
            if let text = node.scalar, let flag = Bool(text) { return .flag(flag) }
            diagnostics.error(
                at: node.location, "setting '\(name)' must be true or false, found \(node.scalar?.quotedBriefly ?? node.kind)")
            return nil
        case .text:
            guard let text = node.text(name, &diagnostics) else { return nil }
            return check(text, at: node.location, &diagnostics) ? .text(text) : nil
        case .list:
            let texts = node.texts(name, &diagnostics)
            return texts.allSatisfy { check($0.text, at: $0.location, &diagnostics) } ? .list(texts.map(\.text)) : nil
        }
    }

    private func check(_ text: String, at place: SourceLocation, _ diagnostics: inout Diagnostics) -> Bool {
        if values.isEmpty || values.contains(text) { return true }
        diagnostics.error(at: place, "setting '\(name)' cannot be '\(text)'\(text.suggestion(from: values))")
        return false
    }
}

extension RequestLayout {
    mutating func secretSlot(_ name: String) -> Int {
        if let index = secretNames.firstIndex(of: name) { return index }
        secretNames.append(name)
        return secretNames.count - 1
    }
}

extension FieldPlan {
    fileprivate var readingRank: Int {
        guard case .path(.field(let field)) = target else { return 2 }
        if field == .currency { return 0 }
        return field.kind == .money ? 3 : 1
    }
}
