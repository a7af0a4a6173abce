/// A part of a request as it came, by the name that conditions have for it.
enum RequestPart: Sendable, Hashable {
    case method, path
    /// The name of an XML body's first element.
    case root
    case header(String)
    case query(String)
    /// The members that lead to a value in the body; an element of a list by its number.
    case body([Step])
    /// What the source has set, by the place in the mapping's list of settings.
    case setting(Int)

    enum Step: Sendable, Hashable {
        case member(String)
        case element(Int)
    }

    /// Nil if the name is that of no part.
    init?(name: String) {
        switch name {
        case "method": self = .method
        case "path": self = .path
        case "root": self = .root
        default:
            guard let dot = name.firstIndex(of: ".") else { return nil }
            let rest = String(name[name.index(after: dot)...])
            guard !rest.isEmpty else { return nil }
            switch name[..<dot] {
            case "headers": self = .header(rest)
            case "query": self = .query(rest)
            case "body":
                guard let steps = Self.steps(rest) else { return nil }
                self = .body(steps)
            default: return nil
            }
        }
    }

    /// The kind of its values: a member of a body may be of any.
    var kind: Expression.Kind {
        if case .body = self { .any } else { .text }
    }

    /// `data.object` or `lines[0].id`.
    private static func steps(_ path: String) -> [Step]? {
        var steps: [Step] = []
        for part in path.split(separator: ".", omittingEmptySubsequences: false) {
            var pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let name = pieces.removeFirst()
            guard !name.isEmpty else { return nil }
            steps.append(.member(String(name)))
            for piece in pieces {
                guard piece.last == "]", let number = Int(piece.dropLast()), number >= 0 else { return nil }
                steps.append(.element(number))
            }
        }
        return steps
    }
}
