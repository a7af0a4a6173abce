/// Turns a mapping file's text into a `Mapping`, or into everything that is wrong with it.
package struct MappingCompiler {
    var diagnostics = Diagnostics()
    /// What the parts of the file found so far know of each other.
    var settings: [SettingPlan] = []
    var credentials: [CredentialPlan] = []
    var fields: [FieldPlan] = []
    /// Fields that the one that is being compiled brings with it: the parts of a text, the names of an object's members.
    var implied: [FieldPlan] = []
    var fieldLocations: [String: SourceLocation] = [:]
    var credentialLocations: [String: SourceLocation] = [:]
    var layout = RequestLayout()
    /// Of the main request, for the other kinds of message.
    var fieldNodes: [FieldNode] = []
    /// The parameters of the present request that are in its path.
    var pathParameters: [String] = []
    /// Canonical fields in its path that are named nowhere else.
    var impliedParameters: [(name: String, place: SourceLocation)] = []
    /// Whether the fields are those of a correction's own request.
    var isCorrection = false

    typealias FieldNode = (key: YAMLNode, name: String, value: YAMLNode)

    /// - Parameters:
    ///   - name: the file's name without `.yaml`.
    ///   - file: the path that diagnostics show.
    package static func compile(_ text: String, name: String, file: String) -> (mapping: Mapping?, diagnostics: Diagnostics) {
        var compiler = Self()
        guard let root = YAMLReader.read(text, file: file, into: &compiler.diagnostics) else { return (nil, compiler.diagnostics) }
        let mapping = compiler.mapping(root, name: name)
        return (compiler.diagnostics.hasErrors ? nil : mapping, compiler.diagnostics.gathered)
    }

    private mutating func mapping(_ root: YAMLNode, name: String) -> Mapping? {
        let isMap = root.isMap || root.isNull
        var top = YAMLFields(root, subject: "a mapping", into: &diagnostics)
        guard isMap else { return nil }
        if name.isEmpty || !name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }) {
            diagnostics.error(at: root.location, "a mapping's name is its file's: letters, digits, '-' and '_' only, found '\(name)'")
        }
        let tracker = top.require("tracker", &diagnostics)?.text("tracker", &diagnostics) ?? name
        let sides = self.sides("for", in: &top).map(Set.init) ?? Set(SettingPlan.Side.allCases)
        let settingNodes = top.map("settings", &diagnostics)
        settings = settingNodes.map { setting($0.name, $0.value) }
        let credentialNodes = top.map("credentials", &diagnostics)
        for node in credentialNodes { credentialLocations[node.name] = node.key.location }
        for node in credentialNodes { credentials.append(credential(node.name, node.value, isSigningKey: false)) }
        pathParameters = pathParameters(root["fields"])
        // Fields and examples of a file without a request are still checked.
        let request =
            top.require("request", &diagnostics).flatMap { self.request($0) }
            ?? RequestPlan(methods: ["POST"], paths: [PathPlan(segments: [])], formats: [BodyFormats.json], isSorted: false)
        let signatureNode = top.take("signature")
        var signature = signatureNode.flatMap { self.signature($0, request: request, for: sides) }
        if signature != nil, request.batch != nil, let place = root["request"]?["most"]?.location {
            diagnostics.error(at: place, "a signature is made for one conversion's body, so requests cannot be shared; take 'most' away")
        }
        fieldNodes = top.map("fields", &diagnostics)
        for node in fieldNodes { field(node.name, at: node.key.location, node.value, request: request) }
        impliedFields(request)
        reserveSecrets(signature, fieldNodes.map { ($0.name, $0.key.location) })
        finishFields(of: request)
        signature = resolve(signature, at: signatureNode)
        let computed = top.map("computed", &diagnostics).compactMap { self.computed($0.name, at: $0.key.location, $0.value) }
        let checks = top.list("checks", &diagnostics).compactMap { check($0) }
        let duplicates = top.take("same_conversion").map { duplicateRule($0) } ?? DuplicateRule(alternatives: [])
        let repeats = word("repeats", in: &top, of: RepeatPolicy.self) ?? .ignore
        let replyNodes = top.map("replies", &diagnostics)
        let replies = self.replies(replyNodes.filter { $0.name != "each" }, at: top.location, for: sides)
        let eachAnswer = replyNodes.first { $0.name == "each" }.flatMap { self.eachAnswer($0.value, of: request) }
        let list = top.take("list").flatMap { self.list($0) }
        let examples = top.list("examples", &diagnostics).compactMap { example($0, request: request) }
        let messageNodes = top.map("messages", &diagnostics)
        let updateNodes = top.map("updates", &diagnostics)
        let ignores = self.ignores(top.list("ignores", &diagnostics))
        let handshakes = top.list("handshakes", &diagnostics).compactMap { handshake($0) }
        top.finish(&diagnostics)
        var mapping = Mapping(
            name: name, tracker: tracker, request: request, settings: settings, credentials: credentials, signature: signature,
            fields: fields, computed: computed, checks: checks, duplicates: duplicates, repeats: repeats, replies: replies,
            list: list, examples: examples, layout: layout, readingOrder: readingOrder)
        mapping.eachAnswer = eachAnswer
        mapping.sides = sides
        mapping.messages =
            messageNodes.compactMap { message($0.name, .first, at: $0.key.location, $0.value, of: mapping) }
            + updateNodes.compactMap { message($0.name, .correction, at: $0.key.location, $0.value, of: mapping) }
        checkNames(of: messageNodes, updateNodes)
        mapping.ignores = ignores.compactMap(\.plan)
        mapping.handshakes = handshakes.map(\.plan)
        let places = Dictionary((messageNodes + updateNodes).map { ($0.name, $0.key.location) }) { first, _ in first }
        checkKinds(of: mapping, at: places, ignores, handshakes, top.location)
        if !diagnostics.hasErrors { warnOfHidden(mapping, replyNodes) }
        return mapping.completingSettings()
    }

    /// Words such as the type come first, then the currency, then the amounts that need it.
    var readingOrder: [Int] {
        fields.indices.filter { fields[$0].reading != nil }.sorted { left, right in
            (fields[left].readingRank, left) < (fields[right].readingRank, right)
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

    /// The one of a list's choices that has the name.
    mutating func choice<Choice>(
        _ text: String, at place: SourceLocation, among choices: [Choice], _ name: (Choice) -> String
    ) -> Choice? {
        if let choice = choices.first(where: { name($0) == text }) { return choice }
        diagnostics.error(at: place, "unknown word '\(text)'\(text.suggestion(from: choices.map(name)))")
        return nil
    }

    mutating func choice<Choice>(
        _ key: String, in map: inout YAMLFields, among choices: [Choice], _ name: (Choice) -> String
    ) -> Choice? {
        guard let node = map.take(key), let text = node.text(key, &diagnostics) else { return nil }
        return choice(text, at: node.location, among: choices, name)
    }
}

extension FieldPlan {
    fileprivate var readingRank: Int {
        guard case .path(.field(let field)) = target else { return 2 }
        if field == .currency { return 0 }
        return field.kind == .money ? 3 : 1
    }
}
