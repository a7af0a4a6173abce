extension MappingCompiler {
    /// - Parameter sides: `duplicate` is asked for only if the gateway answers with it.
    mutating func replies(
        _ nodes: [(key: YAMLNode, name: String, value: YAMLNode)], at place: SourceLocation, for sides: Set<SettingPlan.Side>
    ) -> [ReplyPlan] {
        let plans = nodes.compactMap { reply($0.name, $0.value) }
        let needed = sides.contains(.source) ? ["accepted", "duplicate"] : ["accepted"]
        for name in needed where !plans.contains(where: { $0.name == name }) {
            diagnostics.error(
                at: place,
                "replies needs '\(name)': what the tracker answers \(name == "accepted" ? "to a new conversion" : "when it has it already")"
            )
        }
        return plans
    }

    mutating func reply(_ name: String, _ node: YAMLNode) -> ReplyPlan? {
        var map = YAMLFields(node, subject: "reply '\(name)'", into: &diagnostics)
        let status = map.integer("status", in: 100...599, &diagnostics)
        let body = map.take("xml").map { xml($0) } ?? self.body(&map, names: ReplyVariables.names)
        let outcome = word("outcome", in: &map, of: ReplyReading.Outcome.self)
        let outcomePlace = node["outcome"]?.location ?? node.location
        var match = ReplyPlan.Match(body: body)
        var matchesStatus: Int?
        if let node = map.take("matches") {
            var inner = YAMLFields(node, subject: "'matches' of reply '\(name)'", into: &diagnostics)
            matchesStatus = inner.integer("status", in: 100...599, &diagnostics)
            match = self.match(&inner)
            inner.finish(&diagnostics)
        }
        map.finish(&diagnostics)
        let code = FailureCode(rawValue: name)
        if outcome == .unconfirmed, let known = matchesStatus ?? status, !(200..<300).contains(known) {
            diagnostics.error(
                at: outcomePlace,
                "'outcome: unconfirmed' is for a 2xx that does not say whether the conversion counts, found status \(known)")
        }
        let usual: ReplyReading.Outcome =
            switch name {
            case "accepted", "review", Mapping.ignored: .delivered
            case "duplicate": .duplicate
            case "rate_limited", "overloaded", "failed": .retry
            default: .rejected
            }
        return ReplyPlan(
            name: name, status: status ?? (["accepted", "review", "duplicate", Mapping.ignored].contains(name) ? 200 : code.status),
            isStatusGiven: status != nil, body: body, match: match, matchesStatus: matchesStatus ?? status, outcome: outcome ?? usual)
    }

    /// `{ status: 200, headers: { X-Status: ok }, xml: { /response/status: ok }, text: "{...}duplicate{...}" }`.
    private mutating func match(_ map: inout YAMLFields) -> ReplyPlan.Match {
        let body = body(&map, names: ReplyVariables.names)
        var headers: [(name: String, pattern: TextPattern)] = []
        var elements: [(path: XMLPath, pattern: TextPattern)] = []
        for entry in map.map("headers", &diagnostics) {
            guard let text = entry.value.text(entry.name, &diagnostics) else { continue }
            headers.append((entry.name.lowercased(), TextPattern(text)))
        }
        for entry in map.map("xml", &diagnostics) {
            guard let text = entry.value.text(entry.name, &diagnostics) else { continue }
            if let path = XMLPath(entry.name) {
                elements.append((path, TextPattern(text)))
            } else {
                diagnostics.error(
                    at: entry.key.location,
                    "a place in XML is a path of elements from the first one on, such as /response/status or /response/@code, found "
                        + "'\(entry.name)'")
            }
        }
        return ReplyPlan.Match(body: body, headers: headers, elements: elements)
    }

    /// An answer that an entry documents, and that is read as another with another outcome. Many trackers answer a repeat as they answer a new one.
    mutating func warnOfHidden(_ mapping: Mapping, _ nodes: [(key: YAMLNode, name: String, value: YAMLNode)]) {
        for plan in mapping.replies where plan.isAnAnswer {
            guard let place = nodes.first(where: { $0.name == plan.name })?.key.location, let winner = mapping.reply(readInPlaceOf: plan),
                winner.outcome != plan.outcome, !(winner.outcome.hasArrived && plan.outcome.hasArrived)
            else { continue }
            diagnostics.warning(
                at: place,
                "an answer like reply '\(plan.name)' is read as '\(winner.name)', which fits it too and means "
                    + "\(winner.outcome.rawValue), not \(plan.outcome.rawValue); give '\(plan.name)' more fixed parts, or another status")
        }
    }

    /// A reply in XML; of a handshake too.
    mutating func xml(_ node: YAMLNode) -> ReplyPlan.Body {
        XMLTemplate.compile(node, names: ReplyVariables.names, into: &diagnostics).map { .xml($0) } ?? .none
    }

    mutating func body(_ map: inout YAMLFields, names: ExpressionNames) -> ReplyPlan.Body {
        if let node = map.take("body") { return .json(JSONTemplate.compile(node, names: names, into: &diagnostics)) }
        guard let node = map.take("text"), let text = node.text("text", &diagnostics) else { return .none }
        return ReplyText.compile(text, at: node.textLocation, names: names, into: &diagnostics).map { .text($0) } ?? .none
    }

    mutating func list(_ node: YAMLNode) -> ListPlan? {
        var map = YAMLFields(node, subject: "list", into: &diagnostics)
        let path = map.require("path", &diagnostics).flatMap { self.path($0) }
        let initial = map.integer("limit", in: 1...1000, &diagnostics) ?? 50
        let maximum = map.integer("maximum", in: 1...1000, &diagnostics) ?? 100
        let status = map.integer("status", in: 100...599, &diagnostics) ?? 200
        let body = map.require("body", &diagnostics).map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        let each = map.require("each", &diagnostics).map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        map.finish(&diagnostics)
        guard let path, let body, let each else { return nil }
        return ListPlan(path: path, initialLimit: initial, maximumLimit: maximum, status: status, body: body, each: each)
    }
}
