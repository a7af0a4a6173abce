extension MappingCompiler {
    mutating func request(_ node: YAMLNode) -> RequestPlan? {
        var map = YAMLFields(node, subject: "request", into: &diagnostics)
        let written = map.texts("method", &diagnostics) ?? []
        if written.isEmpty, node.isMap { diagnostics.error(at: node.location, "request needs 'method', such as POST") }
        let methods = methods(written, among: RequestPlan.knownMethods)
        let paths = map.require("path", &diagnostics).map { self.paths($0) } ?? []
        let formats = map.texts("body", &diagnostics)?.compactMap { choice($0.text, at: $0.location, among: BodyFormats.all, \.name) } ?? []
        let root = xmlRoot(of: node, &map, formats)
        let isSorted = map.flag("sorted", &diagnostics) ?? false
        let list = map.take("list").flatMap { self.list(of: $0, formats) }
        let isPerItem = map.take("per").map { perItem($0) } ?? false
        let batch = batch(of: node, in: &map, isList: node["list"] != nil)
        let sourceName = map.take("names_source").flatMap { self.sourceName($0) }
        let host = map.take("host").flatMap { self.host($0) }
        let condition = map.take("if").flatMap { RequestCondition.parse($0, settings: settings, into: &diagnostics) }
        map.finish(&diagnostics)
        guard !paths.isEmpty, !methods.isEmpty else { return nil }
        var plan = RequestPlan(
            methods: methods, paths: paths, formats: formats, isSorted: isSorted, list: list, sourceName: sourceName,
            condition: condition, host: host)
        (plan.isPerItem, plan.batch, plan.xmlRoot) = (isPerItem, batch, root)
        if isPerItem, batch != nil, let place = node["per"]?.location {
            diagnostics.error(at: place, "'per: item' sends each item by itself and 'most' several conversions at once; keep one")
        }
        return plan
    }

    /// Those that are known, in upper case.
    mutating func methods(_ written: [(text: String, location: SourceLocation)], among known: [String]) -> [String] {
        written.compactMap { text, place in
            let method = text.uppercased()
            if known.contains(method) { return method }
            diagnostics.error(at: place, "unknown method '\(text)'\(method.suggestion(from: known))")
            return nil
        }
    }

    /// `per: item`
    private mutating func perItem(_ node: YAMLNode) -> Bool {
        if node.scalar == "item" { return true }
        let found = node.scalar?.quotedBriefly ?? node.kind
        diagnostics.error(
            at: node.location, "'per' says what a request is sent for: item, or leave it out for a conversion; found \(found)")
        return false
    }

    /// `most: 1000, within: 2s`
    private mutating func batch(of node: YAMLNode, in map: inout YAMLFields, isList: Bool) -> BatchLimits? {
        let most = map.integer("most", in: 1...10_000, &diagnostics)
        let within = map.take("within").flatMap { $0.duration("within", &diagnostics) }
        if let within, within > .seconds(60), let place = node["within"]?.location {
            diagnostics.error(
                at: place, "'within' is how long a conversion waits for others, at most 60s, found '\(node["within"]?.scalar ?? "")'")
        }
        if !isList, let key = ["most", "within"].first(where: { node[$0] != nil }), let place = node[key]?.location {
            diagnostics.error(at: place, "'\(key)' is for a body that holds a list of conversions; name it, such as list: data")
        } else if most == nil, let place = node["within"]?.location {
            diagnostics.error(at: place, "'within' goes with 'most', how many conversions a request holds")
        }
        return most.flatMap { $0 > 1 ? BatchLimits(most: $0, within: within ?? .seconds(1)) : nil }
    }

    /// The list of conversions in a body: its path, or an empty text if the body itself is the list.
    private mutating func list(of node: YAMLNode, _ formats: [any BodyFormat]) -> [WirePath.Step]? {
        guard let text = node.text("list", &diagnostics) else { return nil }
        if formats.first !== BodyFormats.json {
            diagnostics.error(at: node.location, "'list' is for a JSON body; write body: json")
            return nil
        }
        if formats.contains(where: { $0 === BodyFormats.xml }) {
            diagnostics.error(
                at: node.location, "'list' is for a JSON body, and an XML body holds one conversion; take xml away from 'body'")
            return nil
        }
        if text.isEmpty {
            if let hidden = credentials.first(where: { $0.places.contains { if case .body = $0 { true } else { false } } }) {
                let rule = "the body is a list and has no member for credential '\(hidden.name)'"
                diagnostics.error(at: node.location, "\(rule); give the credential a header or query")
            }
            return []
        }
        do throws(WirePath.Failure) {
            let path = try WirePath(parsing: text, takesBrackets: false)
            if path.isPlain { return path.steps }
            diagnostics.error(at: node.location, "'list' names the list of conversions, such as data, found '\(text)'")
        } catch {
            diagnostics.error(at: node.location, error.sentence)
        }
        return nil
    }

    /// One path or a list; the first is written.
    private mutating func paths(_ node: YAMLNode) -> [PathPlan] {
        guard let elements = node.elements else { return path(node).map { [$0] } ?? [] }
        if elements.isEmpty { diagnostics.error(at: node.location, "'path' is an empty list; write at least one path") }
        var paths: [PathPlan] = []
        for element in elements {
            guard let path = path(element) else { continue }
            if let first = paths.first, first.variables != path.variables {
                diagnostics.error(
                    at: element.location,
                    "the path \(path.description) has other variable segments than \(first.description); give both the same")
            } else if paths.contains(path) {
                diagnostics.error(at: element.location, "the path \(path.description) is listed twice")
            } else {
                paths.append(path)
            }
        }
        return paths
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

    /// Variable segments are settings, credentials, the request's own parameters, or canonical fields.
    mutating func path(_ node: YAMLNode) -> PathPlan? {
        guard let text = node.text("path", &diagnostics) else { return nil }
        guard text.hasPrefix("/") else {
            diagnostics.error(at: node.location, "a path begins with '/', found '\(text)'")
            return nil
        }
        if let mistake = Self.mistake(in: text) {
            diagnostics.error(at: node.location, "the path '\(text)' \(mistake)")
            return nil
        }
        let endsWithSlash = text.count > 1 && text.hasSuffix("/")
        let bare = endsWithSlash ? text.dropLast() : text[...]
        guard bare.count > 1 else { return PathPlan(segments: []) }
        var plan = PathPlan(segments: [], endsWithSlash: endsWithSlash)
        for (place, part) in bare.dropFirst().split(separator: "/", omittingEmptySubsequences: false).enumerated() {
            guard let open = part.firstIndex(of: "{"), let close = part.firstIndex(of: "}"), open < close else {
                plan.segments.append(.literal(String(part)))
                continue
            }
            plan.segments.append(variable(String(part[part.index(after: open)..<close]), at: node.location))
            let frame = PathPlan.Frame(before: part[..<open], behind: part[part.index(after: close)...])
            if !frame.before.isEmpty || !frame.behind.isEmpty { plan.frames[place] = frame }
        }
        return plan
    }

    /// What no path can hold, as the end of `the path '…' `.
    private static func mistake(in text: String) -> String? {
        if text.contains("?") { return "holds '?'; write its parameters as fields with place: query" }
        if text.contains("#") { return "holds '#', which is never sent" }
        if text.contains("*") { return "holds '*'; write each path, as path: [/one, /two]" }
        if text.contains("//") { return "holds '//'; write one slash" }
        if text.contains("\\") || text.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            return "holds a character that no path can have; percent-encode it"
        }
        for part in text.split(separator: "/") {
            if [".", ".."].contains(String(part).percentDecoded) { return "holds '\(part)', which leads to another path; write that one" }
            let braces = part.filter { $0 == "{" || $0 == "}" }
            if !["", "{}"].contains(braces) { return "holds '\(part)'; a segment has one variable, such as /{name}/ or /{name}:action/" }
        }
        return nil
    }

    private mutating func variable(_ name: String, at place: SourceLocation) -> PathPlan.Segment {
        if credentials.contains(where: { $0.places.contains(.path(name)) }) { return .secret(name) }
        if settings.contains(where: { $0.name == name }) { return .setting(name) }
        if pathParameters.contains(name) { return .parameter(name) }
        if let path = FieldPath(name: name) {
            guard path.isSettable else { return .field(path) }
            impliedParameters.append((name, place))
            return .parameter(name)
        }
        let secrets = credentials.flatMap(\.places).compactMap { if case .path(let name) = $0 { name } else { nil } }
        let known = settings.map(\.name) + secrets + pathParameters
        diagnostics.error(
            at: place,
            "path segment '{\(name)}' is no setting, no credential with path: \(name), no parameter with place: path and no canonical "
                + "field\(name.suggestion(from: known))")
        return .setting(name)
    }

    /// The names of a request's parameters in its path, taken from the fields before those are compiled.
    func pathParameters(_ fields: YAMLNode?) -> [String] {
        pathParameters(of: (fields?.entries ?? []).map { ($0.key, $0.key.scalar ?? "", $0.value) })
    }

    func pathParameters(of fields: [FieldNode]) -> [String] {
        fields.compactMap { $0.value["place"]?.scalar == "path" ? $0.name : nil }
    }

    /// A canonical field in the path is a parameter of its own name, if the fields do not say otherwise.
    mutating func impliedFields(_ request: RequestPlan) {
        for (name, place) in impliedParameters where !fields.contains(where: { $0.name == name && $0.place == .path }) {
            func scalar(_ text: String) -> YAMLNode { YAMLNode(.scalar(text, isPlain: true), at: place) }
            let entries = [(key: scalar("is"), value: scalar(name)), (key: scalar("place"), value: scalar("path"))]
            field(name, at: place, YAMLNode(.map(entries), at: place), request: request)
        }
        impliedParameters = []
    }

    /// `api.{region}.acme.example`.
    private mutating func host(_ node: YAMLNode) -> HostPlan? {
        guard let text = settingText("host", node) else { return nil }
        guard let plan = HostPlan(text) else {
            diagnostics.error(
                at: node.location,
                "'host' is a host with or without its port, such as api.acme.example or {region}.acme.example, found '\(text.description)'")
            return nil
        }
        return plan
    }
}
