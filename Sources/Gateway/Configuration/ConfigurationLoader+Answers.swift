import Mappings
import Rules

/// What a destination's answers mean, as its `answers:` says it.
extension ConfigurationLoader {
    mutating func answers(_ node: YAMLNode) -> [AnswerPattern] {
        var map = YAMLFields(node, subject: "'answers'", into: &diagnostics)
        var patterns: [AnswerPattern] = []
        var places: [(pattern: AnswerPattern, place: SourceLocation)] = []
        // In the order in which they are asked.
        for outcome in [ReplyReading.Outcome.retry, .rejected, .duplicate, .delivered] {
            guard let node = map.take(outcome.rawValue) else { continue }
            for entry in node.elements ?? [node] {
                guard let pattern = answer(outcome, entry) else { continue }
                if let other = places.first(where: { $0.pattern.isAskedLike(pattern) }) {
                    diagnostics.error(
                        at: entry.location,
                        "the same answer is '\(other.pattern.outcome.rawValue)' at \(other.place.line):\(other.place.column), which is asked first; drop one"
                    )
                }
                places.append((pattern, entry.location))
                patterns.append(pattern)
            }
        }
        map.finish(&diagnostics)
        if node.entries?.isEmpty == true {
            diagnostics.error(at: node.location, "'answers' needs one of delivered, duplicate, rejected, retry")
        }
        return patterns
    }

    /// `{ status: 200, text: OK }`.
    private mutating func answer(_ outcome: ReplyReading.Outcome, _ node: YAMLNode) -> AnswerPattern? {
        guard node.isMap else {
            let found = node.scalar?.quotedBriefly ?? node.kind
            diagnostics.error(
                at: node.location, "an answer in '\(outcome.rawValue)' must be a map such as { status: 200, text: OK }, found \(found)")
            return nil
        }
        var map = YAMLFields(node, subject: "an answer in '\(outcome.rawValue)'", into: &diagnostics)
        var pattern = AnswerPattern(outcome)
        if let status = map.take("status") { pattern.statuses = statuses(status) }
        // An empty text is an empty body.
        if let text = map.takeAny("text"), !text.isNull { pattern.texts = text.texts("text", &diagnostics).map(\.text) }
        for (_, name, value) in map.map("json", &diagnostics) {
            // `errors[0].message` is `errors.0.message`.
            let path = name.replacing("[", with: ".").replacing("]", with: "").split(separator: ".", omittingEmptySubsequences: false)
                .map(String.init)
            pattern.members.append(.init(path: path, values: value.texts(name, &diagnostics).map(\.text)))
        }
        for (_, name, value) in map.map("header", &diagnostics) {
            pattern.headers.append(.init(name: name.lowercased(), values: value.texts(name, &diagnostics).map(\.text)))
        }
        map.finish(&diagnostics)
        if pattern.isAskedLike(AnswerPattern(outcome)), node.entries?.isEmpty ?? true {
            diagnostics.error(at: node.location, "an answer in '\(outcome.rawValue)' needs at least one of status, text, json, header")
        }
        return pattern
    }

    /// `200`, `2xx`, or a list of such.
    private mutating func statuses(_ node: YAMLNode) -> [ClosedRange<Int>] {
        (node.elements ?? [node]).compactMap { element in
            if let text = element.scalar {
                if let status = Int(text), (200...599).contains(status) { return status...status }
                if text.count == 3, text.lowercased().hasSuffix("xx"), let first = Int(text.prefix(1)), (2...5).contains(first) {
                    return first * 100...first * 100 + 99
                }
            }
            let found = element.scalar?.quotedBriefly ?? element.kind
            diagnostics.error(
                at: element.location, "'status' must be a number from 200 to 599, a class such as 2xx, or a list of them, found \(found)")
            return nil
        }
    }
}

extension AnswerPattern {
    /// Whether it fits the same answers, whatever they then mean.
    fileprivate func isAskedLike(_ other: Self) -> Bool {
        statuses == other.statuses && texts == other.texts && members == other.members && headers == other.headers
    }
}
