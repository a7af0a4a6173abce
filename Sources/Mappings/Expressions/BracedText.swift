/// A text with names in braces, cut at them: `t={timestamp},v1={signature}`. Whoever reads it says which names there are.
struct BracedText {
    enum Piece {
        /// Never empty.
        case literal(String)
        /// - Parameter offset: of the brace, in characters from the text's beginning.
        case name(String, offset: Int)
    }

    private(set) var pieces: [Piece] = []
    /// The offset of a `{` without a `}`; what begins there is the last literal.
    private(set) var unclosed: Int?

    init(_ text: String) {
        var rest = text[...]
        var offset = 0
        while let open = rest.firstIndex(of: "{") {
            let brace = offset + rest.distance(from: rest.startIndex, to: open)
            guard let close = rest[open...].firstIndex(of: "}") else {
                unclosed = brace
                break
            }
            if open > rest.startIndex { pieces.append(.literal(String(rest[..<open]))) }
            pieces.append(.name(String(rest[rest.index(after: open)..<close]), offset: brace))
            offset = brace + rest.distance(from: open, to: close) + 1
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { pieces.append(.literal(String(rest))) }
    }
}
