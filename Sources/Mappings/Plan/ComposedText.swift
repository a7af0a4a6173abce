/// One text made of several of an item's parts: `{items[].category}:{items[].total}`.
struct ComposedText: Sendable {
    var pieces: [Piece]
    /// As the file has it.
    var source: String

    enum Piece: Sendable {
        case literal(String)
        case part(Item.Part, FieldPlan.ConverterCall)
        /// A field of the whole conversion, which is only written.
        case path(FieldPath, FieldPlan.ConverterCall)
    }

    var hasParts: Bool { pieces.contains { if case .part = $0 { true } else { false } } }

    /// The text itself, if it has nothing but letters.
    var constant: Expression? { pieces.allSatisfy(\.isLiteral) ? .literal(.text(source)) : nil }

    /// Whether the text alone says where each value ends.
    var isReadable: Bool {
        zip(pieces, pieces.dropFirst()).allSatisfy { $0.isLiteral || $1.isLiteral }
    }
}

extension ComposedText.Piece {
    var isLiteral: Bool {
        if case .literal = self { true } else { false }
    }
}
