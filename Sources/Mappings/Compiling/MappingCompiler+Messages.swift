/// The kinds of message beside the main request: `messages:` are first messages, `updates:` are corrections. Both are entries of one form.
extension MappingCompiler {
    /// The names that `when` and `skip` of an entry know beside the conversion's: the settings, and of a correction what changed, in words.
    private func names(of role: MessagePlan.Role) -> ExpressionNames {
        let settings = Mapping.names(of: settings).variables
        return ExpressionNames(variables: role == .first ? settings : settings + [("change", .text)])
    }

    /// Compiles one entry for a mapping that is complete but for them.
    mutating func message(
        _ name: String, _ role: MessagePlan.Role, at place: SourceLocation, _ node: YAMLNode, of main: Mapping
    ) -> MessagePlan? {
        let subject = "\(role.word) '\(name)'"
        var map = YAMLFields(node, subject: subject, into: &diagnostics)
        guard node.isMap else { return nil }
        let names = names(of: role)
        let condition = map.take("when").flatMap { node in
            node.text("when", &diagnostics).flatMap {
                ExpressionParser.parse($0, at: node.textLocation, names: names, expecting: .flag, into: &diagnostics)
            }
        }
        let ways = Self.ways(of: role).filter { map.takeAny($0) != nil }
        if ways.count > 1 || ways.isEmpty {
            let found = ways.isEmpty ? "" : ", found \(ways.joined(separator: " and "))"
            let resend = role == .first ? "" : ", resend: true (the main request)"
            diagnostics.error(at: place, "\(subject) needs one of request (a call of its own)\(resend) or skip (why not)\(found)")
        }
        let way: MessagePlan.Way?
        switch ways.first {
        case "request": way = own(subject, role, at: place, &map, of: main)
        case "resend": way = resend(&map, of: main)
        default: way = skip(&map, names)
        }
        for key in Self.requestKeys where ways.first != "request" && !(ways.first == "resend" && key == "fields") {
            guard let entry = node.entries?.first(where: { $0.key.scalar == key }), map.takeAny(key) != nil else { continue }
            diagnostics.error(at: entry.key.location, "'\(key)' goes with 'request', which \(subject) does not have")
        }
        let request = way?.mapping?.request ?? main.request
        let reader = way?.reader
        let examples = map.list("examples", &diagnostics).compactMap { example($0, request: request, of: role == .first ? nil : reader) }
        map.finish(&diagnostics)
        guard let way, ways.count == 1 else { return nil }
        return MessagePlan(name: name, role: role, condition: condition, way: way, examples: examples)
    }

    private static func ways(of role: MessagePlan.Role) -> [String] {
        role == .first ? ["request", "skip"] : ["request", "resend", "skip"]
    }

    private static let requestKeys = ["for", "means", "fields", "only", "computed", "checks", "replies", "whole", "part_as_whole"]

    // MARK: A request of its own

    private mutating func own(
        _ subject: String, _ role: MessagePlan.Role, at place: SourceLocation, _ map: inout YAMLFields, of main: Mapping
    ) -> MessagePlan.Way? {
        let side = word("for", in: &map, of: Check.Side.self) ?? main.usualSide
        pathParameters = pathParameters(map.take("fields")) + (role == .first ? pathParameters(of: fieldNodes) : [])
        impliedParameters = []
        guard let request = map.take("request").flatMap({ self.request($0) }) else { return nil }
        var inner = MappingCompiler()
        inner.diagnostics = diagnostics
        inner.settings = settings
        inner.credentials = credentials
        inner.credentialLocations = credentialLocations
        inner.isCorrection = role == .correction
        inner.pathParameters = pathParameters
        let takesMain = role == .first && !(map.flag("only", &inner.diagnostics) ?? false)
        let given = map.map("fields", &inner.diagnostics)
        let nodes = takesMain ? merged(given, with: fieldNodes.filter(request.hasPlace)) : given
        for node in nodes { inner.field(node.name, at: node.key.location, node.value, request: request) }
        inner.impliedParameters = impliedParameters
        inner.impliedFields(request)
        inner.reserveSecrets(main.signature, nodes.map { ($0.name, $0.key.location) })
        inner.finishFields(of: request)
        let meansNode = role == .correction ? map.take("means") : nil
        let means = meansNode.flatMap { inner.means($0) }
        let computed = map.map("computed", &inner.diagnostics).compactMap { inner.computed($0.name, at: $0.key.location, $0.value) }
        let checks = map.list("checks", &inner.diagnostics).compactMap { inner.check($0) }
        let replies = map.map("replies", &inner.diagnostics).compactMap { inner.reply($0.name, $0.value) }
        if side != .in, main.sides.contains(.destination), let signature = main.signature {
            inner.checkWriting(signature, of: request, at: place, subject: "\(subject): ")
        }
        var mapping = main
        mapping.request = request
        mapping.fields = inner.fields
        mapping.signature = main.signature?.resolved(inner.fields)
        mapping.checks = (takesMain ? main.checks : []) + checks
        mapping.replies = replies + main.replies.filter { known in !replies.contains { $0.name == known.name } }
        mapping.list = nil
        mapping.examples = []
        mapping.layout = inner.layout
        mapping.readingOrder = inner.readingOrder
        switch role {
        case .first:
            mapping.computed = main.computed.filter { known in takesMain && !computed.contains { $0.path == known.path } } + computed
        case .correction:
            mapping.isCorrection = true
            mapping.computed = computed + (means.map { [$0] } ?? [])
            let isWhole = map.flag("whole", &inner.diagnostics) ?? false
            mapping.refundAmounts = isWhole ? [] : mapping.takenBackNames
            mapping.sendsPartsAsWhole = map.flag("part_as_whole", &inner.diagnostics) ?? false
            if side != .out { inner.checkReading(subject, at: place, mapping, isMeant: meansNode != nil, of: main) }
        }
        diagnostics = inner.diagnostics
        return .request(mapping, side: side)
    }

    /// `means: { status: refunded }`, or `means: refund` for short.
    private mutating func means(_ node: YAMLNode) -> Mapping.Computed? {
        if node.scalar == "refund" { return Mapping.Computed(status: Correction.Status.refunded) }
        if let text = node.scalar {
            diagnostics.error(at: node.location, "'means' must be refund or a map such as { status: rejected }, found '\(text)'")
            return nil
        }
        var map = YAMLFields(node, subject: "'means'", into: &diagnostics)
        let status = map.require("status", &diagnostics)
        map.finish(&diagnostics)
        guard let status, let word = status.text("status", &diagnostics) else { return nil }
        checkWord(word, at: status.location, among: Field.statuses)
        return Mapping.Computed(status: word)
    }

    /// A message that is taken in must change something and say which conversion it is about.
    private mutating func checkReading(
        _ subject: String, at place: SourceLocation, _ mapping: Mapping, isMeant: Bool, of main: Mapping
    ) {
        let read =
            fields.compactMap { field -> FieldPath? in
                guard field.reading != nil, case .path(let path) = field.target else { return nil }
                return path
            } + mapping.computed.map(\.path)
        let changing = [.field(.status), .field(.amount)] + FieldPath.takenBack
        if !isMeant, !read.contains(where: changing.contains) {
            diagnostics.error(
                at: place,
                "\(subject) changes nothing: it needs 'means', or a field that is status, amount, refund, refunded or remaining")
        }
        let rules = main.duplicates.alternatives
        let canFind = rules.contains { $0.parts.allSatisfy { read.contains($0.path) || $0.isOptional } }
        // A rule that is itself mistaken has been reported.
        if !canFind, !rules.isEmpty || !diagnostics.hasErrors {
            let wanted = rules.map { $0.parts.map(\.path.description).joined(separator: ", ") }.joined(separator: ", or ")
            let hint = rules.isEmpty ? "the mapping has no same_conversion" : "its fields are not those of same_conversion: \(wanted)"
            diagnostics.error(at: place, "\(subject) does not say which conversion it is about: \(hint)")
        }
    }

    // MARK: The main request

    private mutating func resend(_ map: inout YAMLFields, of main: Mapping) -> MessagePlan.Way? {
        if let node = map.take("resend"), node.scalar != "true" {
            diagnostics.error(at: node.location, "'resend' must be true, found \(node.scalar.map { "'\($0)'" } ?? node.kind)")
        }
        var inner = MappingCompiler()
        inner.diagnostics = diagnostics
        inner.settings = settings
        var mapping = main
        // They are for first messages, unless one says more.
        mapping.checks = main.checks.filter(\.isForCorrections)
        for node in changed(map.map("fields", &inner.diagnostics), of: fieldNodes, written: main.fields) {
            guard let index = main.fields.firstIndex(where: { $0.name == node.name }) else {
                let hint = node.name.suggestion(from: main.fields.map(\.name))
                inner.diagnostics.error(at: node.key.location, "the main request has no field '\(node.name)' to replace\(hint)")
                continue
            }
            inner.field(node.name, at: node.key.location, node.value, request: main.request)
            if let field = inner.fields.first(where: { $0.name == node.name }) { mapping.fields[index] = field }
        }
        diagnostics = inner.diagnostics
        mapping.examples = []
        return .resend(mapping)
    }

    private mutating func skip(_ map: inout YAMLFields, _ names: ExpressionNames) -> MessagePlan.Way? {
        guard let node = map.take("skip"), let text = node.text("skip", &diagnostics) else { return nil }
        return Template.parse(text, at: node.textLocation, names: names, into: &diagnostics).map { .skip($0) }
    }

    // MARK: Fields of the main request, and others

    /// Those of the main request, changed where another of the same name says so, and then those that are new.
    private func merged(_ given: [FieldNode], with main: [FieldNode]) -> [FieldNode] {
        let changed = changed(given, of: main)
        return main.map { node in changed.first { $0.name == node.name } ?? node }
            + changed.filter { node in !main.contains { $0.name == node.name } }
    }

    /// A field of the same name is the main request's with other keys, unless it says with `is` that it is something else.
    ///
    /// - Parameter fields: the main request's, for those that are only written: what `out` makes is then no longer the canonical value, and so no
    ///   word of the main field's list.
    private func changed(_ given: [FieldNode], of main: [FieldNode], written fields: [FieldPlan]? = nil) -> [FieldNode] {
        given.map { node in
            guard let base = main.first(where: { $0.name == node.name }), node.value["is"] == nil else { return node }
            guard let fields, node.value.hasOwnValue else { return (node.key, node.name, node.value.over(base.value)) }
            let field = fields.first { $0.name == node.name }
            let converter = field?.writing?.words == nil ? field?.target?.usualConverter : nil
            return (node.key, node.name, node.value.over(base.value.without(["is", "values", "other"]).with("as", converter)))
        }
    }
}

extension RequestPlan {
    /// Whether a field of the main request has a place in this one: what a segment of the path holds needs that segment.
    fileprivate func hasPlace(for field: MappingCompiler.FieldNode) -> Bool {
        field.value["place"]?.scalar != "path" || path.segments.contains { [.setting(field.name), .parameter(field.name)].contains($0) }
    }
}

extension YAMLNode {
    /// Whether a field says by itself what is written.
    fileprivate var hasOwnValue: Bool {
        guard let out = self["out"], !out.isNull else { return false }
        return out.isMap ? out["value"].map { !$0.isNull } ?? false : out.scalar != "false"
    }

    fileprivate func without(_ keys: [String]) -> YAMLNode {
        guard let entries else { return self }
        return YAMLNode(.map(entries.filter { !keys.contains($0.key.scalar ?? "") }), at: location)
    }

    /// The same with this key, unless it is there already.
    fileprivate func with(_ key: String, _ text: String?) -> YAMLNode {
        guard let entries, let text, self[key] == nil else { return self }
        let pair = [key, text].map { YAMLNode(.scalar($0, isPlain: true), at: location) }
        return YAMLNode(.map(entries + [(pair[0], pair[1])]), at: location)
    }

    /// A map's keys over those of another; below `in` and `out` too.
    fileprivate func over(_ base: YAMLNode) -> YAMLNode {
        guard let own = entries, let others = base.entries else { return self }
        let kept = others.filter { entry in !own.contains { $0.key.scalar == entry.key.scalar } }
        let changed = own.map { entry -> (key: YAMLNode, value: YAMLNode) in
            guard ["in", "out"].contains(entry.key.scalar), let other = base[entry.key.scalar ?? ""], other.isMap else { return entry }
            // `out: text` is short for its value.
            if !entry.value.isMap, entry.key.scalar == "out", entry.value.scalar != "false", !entry.value.isNull {
                let key = YAMLNode(.scalar("value", isPlain: true), at: entry.key.location)
                return (entry.key, YAMLNode(.map([(key, entry.value)]), at: entry.value.location).over(other))
            }
            return (entry.key, entry.value.over(other))
        }
        return YAMLNode(.map(changed + kept), at: location)
    }
}

extension MessagePlan.Way {
    /// What reads the entry's examples.
    fileprivate var reader: Mapping? {
        if case .request(let mapping, _) = self { mapping } else { nil }
    }
}

extension Mapping {
    /// What an entry's own request is for if it says nothing.
    fileprivate var usualSide: Check.Side {
        switch (sides.contains(.source), sides.contains(.destination)) {
        case (true, false): .in
        case (false, true): .out
        default: .both
        }
    }

    /// The parameters that say how much a correction takes back, as senders and trackers call them.
    var takenBackNames: [String] {
        fields.filter { field in
            guard field.reading != nil, case .path(let path) = field.target else { return false }
            return FieldPath.takenBack.contains(path)
        }.map(\.name) + computed.filter { FieldPath.takenBack.contains($0.path) }.map(\.path.description)
    }
}

extension Mapping.Computed {
    fileprivate init(status: String) {
        self.init(path: .field(.status), expression: .literal(.text(status)), source: "means")
    }
}
