import Mappings
import Rules

/// A name that the file declares, and where.
typealias Declared = (name: String, location: SourceLocation)

extension ConfigurationLoader {
    /// Sources and destinations count as declared even if they have mistakes of their own.
    mutating func routes(_ nodes: [YAMLNode], sources: [Declared], destinations: [Declared]) -> [Route] {
        var reach = RouteReach(sources: sources.map(\.name))
        var routes: [Route] = []
        for (index, node) in nodes.enumerated() {
            let subject = "route \(index + 1)"
            var map = YAMLFields(node, subject: subject, into: &diagnostics)
            guard node.isMap || node.isNull else {
                reach.hasMistakes = true
                continue
            }
            let fromNode = map.require("from", &diagnostics)
            let from = fromNode.map { names("from", $0, subject, kind: "source", among: sources, allows: "*") }
            let toNode = map.require("to", &diagnostics)
            let to = toNode.map { names("to", $0, subject, kind: "destination", among: destinations) } ?? Names(hasMistakes: true)
            let when = map.takeAny("when")
            let condition = when.flatMap { self.condition($0) }
            let assignments = map.map("set", &diagnostics).compactMap { assignment($0.name, at: $0.key.location, $0.value) }
            let onError = map.take("on_error").flatMap { errorPolicy($0, of: subject, sets: !assignments.isEmpty) } ?? .keep
            map.finish(&diagnostics)

            let route = Route(
                sources: from.flatMap { $0.isAll ? nil : Set($0.texts) } ?? (from == nil ? [] : nil), destinations: to.texts,
                condition: condition, assignments: assignments, onError: onError)
            let hasMistakes = from?.hasMistakes ?? true || to.hasMistakes
            let isConditional = when != nil && condition != .literal(.flag(true))
            if let earlier = reach.add(route, isConditional: isConditional, hasMistakes: hasMistakes), !hasMistakes {
                let list = earlier.map { "route \($0)" }.joined(separator: " and ")
                diagnostics.error(
                    at: node.location,
                    "\(subject) can never act: \(list) \(earlier.count == 1 ? "takes" : "take") the same sources to the same destinations before it"
                )
            }
            routes.append(route)
        }
        warn(of: reach, nodes, sources: sources, destinations: destinations)
        return routes
    }

    private mutating func warn(of reach: RouteReach, _ nodes: [YAMLNode], sources: [Declared], destinations: [Declared]) {
        if nodes.isEmpty {
            guard let first = destinations.first else { return }
            diagnostics.warning(at: first.location, "there are no routes, so no conversion reaches a destination")
            return
        }
        guard !reach.hasMistakes else { return }
        for source in sources where !reach.usedSources.contains(source.name) {
            diagnostics.warning(
                at: source.location, "no route takes from source '\(source.name)', so its conversions are stored and sent to no destination"
            )
        }
        for destination in destinations where !reach.usedDestinations.contains(destination.name) {
            diagnostics.warning(at: destination.location, "no route leads to destination '\(destination.name)'")
        }
    }

    // MARK: Names

    private struct Names {
        var texts: [String] = []
        var isAll = false
        var hasMistakes = false
    }

    private mutating func names(
        _ key: String, _ node: YAMLNode, _ subject: String, kind: String, among declared: [Declared], allows all: String? = nil
    ) -> Names {
        var names = Names()
        let written = node.texts(key, &diagnostics)
        if written.isEmpty {
            names.hasMistakes = true
            if node.elements?.isEmpty == true { diagnostics.error(at: node.location, "'\(key)' of \(subject) is empty; name a \(kind)") }
        }
        for (text, place) in written {
            if text == all {
                names.isAll = true
            } else if declared.contains(where: { $0.name == text }) {
                if !names.texts.contains(text) { names.texts.append(text) }
            } else if text == "*" {
                names.hasMistakes = true
                diagnostics.error(at: place, "'*' is for 'from' only; name the \(kind)s that '\(key)' leads to")
            } else {
                names.hasMistakes = true
                diagnostics.error(at: place, "unknown \(kind) \(text.quotedBriefly)\(text.suggestion(from: declared.map(\.name)))")
            }
        }
        return names
    }

    // MARK: Conditions and assignments

    private mutating func condition(_ node: YAMLNode) -> Expression? {
        if node.isNull {
            diagnostics.error(at: node.location, "'when' is empty; write a condition or leave it out")
            return nil
        }
        guard let text = node.text("when", &diagnostics) else { return nil }
        let place = node.textLocation
        let condition = ExpressionParser.parse(text, at: place, names: .conversion, expecting: .flag, into: &diagnostics)
        if condition == .literal(.flag(false)) { diagnostics.error(at: place, "this condition is never true, so the route can never act") }
        return condition
    }

    private mutating func assignment(
        _ name: String, at place: SourceLocation, _ node: YAMLNode
    ) -> (path: FieldPath, expression: Expression)? {
        guard let path = settablePath(name, at: place), let text = node.text(name, &diagnostics) else { return nil }
        if node.isNull || text.isBlank {
            diagnostics.error(at: node.location, "'\(name)' is set to nothing; write an expression or leave it out")
            return nil
        }
        let place = node.textLocation
        var found = Diagnostics()
        let expression = ExpressionParser.parse(text, at: place, names: .conversion, expecting: path.expressionKind, into: &found)
        for var diagnostic in found.all {
            if diagnostic.message.hasPrefix("unknown name "), path.expressionKind != .number, text.looksLikeText {
                diagnostic.message = Self.explain(diagnostic.message, text)
            }
            diagnostics.append(diagnostic)
        }
        guard let expression else { return nil }
        if let mistake = path.mistake(in: expression.syntax) {
            diagnostics.error(at: place, mistake)
            return nil
        }
        return (path, expression)
    }

    /// `keep` or `skip`.
    private mutating func errorPolicy(_ node: YAMLNode, of subject: String, sets: Bool) -> Route.ErrorPolicy? {
        guard let text = node.text("on_error", &diagnostics) else { return nil }
        guard let policy = Route.ErrorPolicy(rawValue: text) else {
            diagnostics.error(
                at: node.location,
                "'on_error' must be keep or skip, found \(text.quotedBriefly); keep leaves the field as it is, skip sends nothing")
            return nil
        }
        if !sets { diagnostics.warning(at: node.location, "'on_error' of \(subject) is about 'set', and \(subject) sets nothing") }
        return policy
    }

    /// Most people who write `SAVE10` mean the text, but in an expression a text has quotes of its own.
    private static func explain(_ message: String, _ text: String) -> String {
        let quoted = "\"'\(text)'\""
        let message = message.firstRange(of: "; a text needs quotes").map { String(message[..<$0.lowerBound]) } ?? message
        return message.hasSuffix("?") ? "\(message.dropLast()), or \(quoted) for a text?" : "\(message); to set a text write \(quoted)"
    }
}

extension String {
    /// Nothing in it but words: no quote, call or operator other than `-` and `.`.
    fileprivate var looksLikeText: Bool { allSatisfy { $0.isLetter || $0.isNumber || "_-. ".contains($0) } }
}

extension FieldPath {
    /// What an expression for this field must yield; nil if the field keeps anything as a text.
    fileprivate var expressionKind: Expression.Kind? {
        if case .field = self { kind.expressionKind } else { nil }
    }

    /// What is wrong with what the expression can yield, if that is known: a word that the field does not have, a malformed currency.
    fileprivate func mistake(in expression: Expression.Syntax) -> String? {
        switch expression {
        case .literal(.text(let text)):
            do throws(FieldFailure) {
                _ = try value(of: text)
                return nil
            } catch {
                return error.sentence
            }
        case .call(.if, let arguments): return arguments.dropFirst().lazy.compactMap { mistake(in: $0) }.first
        case .call(.coalesce, let arguments): return arguments.lazy.compactMap { mistake(in: $0) }.first
        case .path(self): return nil
        default:
            guard case .word(let words) = kind else { return nil }
            return "'\(self)' takes one of \(words.joined(separator: ", ")); this expression may yield any other text"
        }
    }
}
