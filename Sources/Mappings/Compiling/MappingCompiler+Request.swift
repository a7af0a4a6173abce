extension MappingCompiler {
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
        let paths = map.require("path", &diagnostics).map { self.paths($0) } ?? []
        let formats = map.texts("body", &diagnostics)?.compactMap { choice($0.text, at: $0.location, among: BodyFormats.all, \.name) } ?? []
        let isSorted = map.flag("sorted", &diagnostics) ?? false
        let list = map.take("list").flatMap { self.list(of: $0, formats) }
        let isPerItem = map.take("per").map { perItem($0) } ?? false
        let batch = batch(of: node, in: &map, isList: node["list"] != nil)
        let sourceName = map.take("names_source").flatMap { self.sourceName($0) }
        map.finish(&diagnostics)
        guard !paths.isEmpty, !methods.isEmpty else { return nil }
        var plan = RequestPlan(methods: methods, paths: paths, formats: formats, isSorted: isSorted, list: list, sourceName: sourceName)
        (plan.isPerItem, plan.batch) = (isPerItem, batch)
        if isPerItem, batch != nil, let place = node["per"]?.location {
            diagnostics.error(at: place, "'per: item' sends each item by itself and 'most' several conversions at once; keep one")
        }
        return plan
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
        if text.isEmpty { return [] }
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
            if let first = paths.first, first.settings != path.settings {
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

    /// Variable segments must be settings, since the operator fixes where requests go.
    mutating func path(_ node: YAMLNode) -> PathPlan? {
        guard let text = node.text("path", &diagnostics) else { return nil }
        guard text.hasPrefix("/") else {
            diagnostics.error(at: node.location, "a path begins with '/', found '\(text)'")
            return nil
        }
        if text == "/" { return PathPlan(segments: []) }
        if let mistake = Self.mistake(inPath: text) {
            diagnostics.error(at: node.location, mistake)
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

    /// What no server would be asked for.
    private static func mistake(inPath text: String) -> String? {
        if let sign = text.first(where: { "?#*".contains($0) }) {
            return "a path has no '\(sign)', found '\(text)'; write parameters as fields, and a variable segment as {setting}"
        }
        let segments = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        if segments.contains(where: \.isEmpty) {
            return "the path '\(text)' has an empty segment; write each '/' once, and none at the end"
        }
        guard segments.contains(where: { [".", ".."].contains(String($0).percentDecoded) }) else { return nil }
        return "the path '\(text)' has a segment of dots, which leads elsewhere; write the path that it leads to"
    }
}
