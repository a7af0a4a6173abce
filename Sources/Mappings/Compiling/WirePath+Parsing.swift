extension WirePath {
    /// Why a name is no path, and what to write.
    struct Failure: Error, Equatable {
        var sentence: String
    }

    /// The most lists that lead into each other.
    static let deepest = 3

    /// - Parameter takesBrackets: whether `customer[email]` is a member, as PHP writes parameters.
    init(parsing name: String, takesBrackets: Bool) throws(Failure) {
        var parser = Parser(name: name, takesBrackets: takesBrackets)
        self = try parser.path()
        if lists.count > Self.deepest {
            throw Failure(sentence: "'\(name)' has \(lists.count) lists in each other; \(Self.deepest) are read")
        }
    }

    private struct Parser {
        let name: String
        let takesBrackets: Bool
        private var rest: Substring
        private var steps: [Step] = []

        init(name: String, takesBrackets: Bool) {
            self.name = name
            self.takesBrackets = takesBrackets
            rest = name[...]
        }

        mutating func path() throws(Failure) -> WirePath {
            while true {
                try member()
                while rest.first == "[" || rest.first == "{" { try bracket() }
                switch rest.first {
                case nil: return WirePath(steps)
                case "?": return WirePath(steps, parameter: try parameter())
                case ".": rest = rest.dropFirst()
                default: throw stray()
                }
            }
        }

        /// A name up to the next sign, or a numbered one.
        private mutating func member() throws(Failure) {
            let text = word()
            if rest.first == "{", let close = rest.firstIndex(of: "}"), let first = Self.number(rest[..<close]) {
                guard (0...1).contains(first) else { throw Failure(sentence: "'\(name)' is numbered from \(first); write {0..} or {1..}") }
                rest = rest[rest.index(after: close)...]
                steps.append(.numbered(prefix: text, first: first, suffix: word()))
            } else {
                guard !text.isEmpty else { throw rest.first.map { "*#?".contains($0) } == true ? stray() : noPath() }
                steps.append(.member(text))
            }
        }

        private mutating func word() -> String {
            let end = rest.firstIndex { ".[]{}?*#".contains($0) } ?? rest.endIndex
            defer { rest = rest[end...] }
            return String(rest[..<end])
        }

        /// `{1..` as its number.
        private static func number(_ text: Substring) -> Int? {
            text.hasSuffix("..") ? Int(text.dropFirst().dropLast(2)) : nil
        }

        private mutating func bracket() throws(Failure) {
            let isBrace = rest.first == "{"
            guard let close = rest.firstIndex(of: isBrace ? "}" : "]") else {
                throw Failure(sentence: "'\(name)' has no closing '\(isBrace ? "}" : "]")'")
            }
            let inner = String(rest[rest.index(after: rest.startIndex)..<close])
            rest = rest[rest.index(after: close)...]
            steps.append(isBrace ? try brace(inner) : try step(inner))
        }

        private func brace(_ inner: String) throws(Failure) -> Step {
            if inner.isEmpty { return .eachMember(nil) }
            if let part = Item.Part(name: inner), !part.isNumber { return .eachMember(part) }
            throw Failure(
                sentence: "'{\(inner)}' in '\(name)' is no step of a path; write {} for each member of an object, {sku} if its name is "
                    + "the item's sku, or {1..} for numbered names")
        }

        private func step(_ inner: String) throws(Failure) -> Step {
            if inner.isEmpty { return .each }
            if inner.allSatisfy({ $0.isASCII && $0.isNumber }), let position = Int(inner) {
                guard position < 100 else { throw Failure(sentence: "'[\(inner)]' in '\(name)' is beyond the 100 positions that are read") }
                return .position(position)
            }
            if let equals = inner.firstIndex(of: "="), equals > inner.startIndex, inner.index(after: equals) < inner.endIndex {
                return .filter(member: String(inner[..<equals]), text: String(inner[inner.index(after: equals)...]))
            }
            if takesBrackets, inner.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") }) {
                return .member(inner)
            }
            throw Failure(
                sentence: "'[\(inner)]' in '\(name)' is no step of a path; write \(text).name for a member, \(text)[0] for a position, "
                    + "\(text)[name=x] for the element whose name is x, or \(text)[] for each")
        }

        /// What was read so far.
        private var text: String { WirePath.text(of: steps[...]) }

        private mutating func parameter() throws(Failure) -> String {
            rest = rest.dropFirst()
            let parameter = String(rest)
            guard !parameter.isEmpty, !parameter.contains(where: { ".[]{}?*#".contains($0) }) else {
                throw Failure(sentence: "a '?' in '\(name)' comes before the parameter of a URL; write \(text)?ref")
            }
            return parameter
        }

        private func noPath() -> Failure {
            Failure(sentence: "'\(name)' is not a field path; write name, object.name or list[].name")
        }

        private func stray() -> Failure {
            switch rest.first {
            case "*":
                let base = WirePath.text(of: steps[...])
                return Failure(
                    sentence: "'*' in '\(name)' stands for nothing; name each parameter, or number those of items: \(base){1..}")
            case "#": return Failure(sentence: "'#' in '\(name)' is no step of a path; leave it out")
            case "?": return Failure(sentence: "a '?' in '\(name)' comes behind the name of a URL; write landing_site?ref")
            default: return noPath()
            }
        }
    }
}
