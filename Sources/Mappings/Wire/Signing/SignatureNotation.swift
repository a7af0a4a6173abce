/// How a signature is written at its place, with what stands around it: `t={timestamp},v1={signature}`.
///
/// Members are parted by a comma, a semicolon or a blank. Of a notation with one member, such as `v1,{signature}`, blanks part several
/// signatures. Members that the notation does not name are skipped, and any of several signatures counts.
package struct SignatureNotation: Sendable {
    enum Name: String, CaseIterable, Sendable { case signature, timestamp, id }

    private struct Member {
        var prefix: String
        var name: Name
        var suffix: String
        /// Its place among the members, if it has no prefix to be known by.
        var position: Int
    }

    /// What stands in the place of a signature.
    struct Found {
        var signatures: [String] = []
        var timestamps: [String] = []
        var ids: [String] = []
    }

    /// As the mapping has it.
    package let source: String
    private let parts: [(literal: String, name: Name)]
    private let end: String
    private let members: [Member]
    private let separator: Character
    /// More signatures than this are not compared: each costs a comparison with each source's key.
    static let mostSignatures = 16

    /// - Throws: what is wrong with the text, as a sentence.
    init(_ source: String) throws(Mistake) {
        self.source = source
        var parts: [(literal: String, name: Name)] = []
        var before = ""
        let text = BracedText(source)
        for piece in text.pieces {
            switch piece {
            case .literal(let literal): before = literal
            case .name(let word, _):
                guard let name = Name(rawValue: word) else {
                    throw Mistake("unknown name '\(word)'\(word.suggestion(from: Name.allCases.map(\.rawValue)))")
                }
                if parts.contains(where: { $0.name == name }) { throw Mistake("{\(word)} is named twice") }
                parts.append((before, name))
                before = ""
            }
        }
        if text.unclosed != nil { throw Mistake("'{' has no closing '}'") }
        guard parts.contains(where: { $0.name == .signature }) else { throw Mistake("it needs {signature}") }
        self.parts = parts
        end = before
        (members, separator) = try Self.members(parts, end)
    }

    struct Mistake: Error {
        var sentence: String
        init(_ sentence: String) { self.sentence = sentence }
    }

    private static let separators: [Character] = [",", ";", " "]

    private static func members(
        _ parts: [(literal: String, name: Name)], _ end: String
    ) throws(Mistake) -> (members: [Member], separator: Character) {
        let first = parts[0].literal
        let parting = parts.count > 1 ? parts[1].literal.first(where: separators.contains) : first.dropLast().last { ",;".contains($0) }
        var separator = parting ?? separators.reversed().first { !first.contains($0) }
        // What stands before the first name may hold members that are the same in every request.
        let fixed = separator.flatMap { first.lastIndex(of: $0) }
        var prefix = fixed.map { first[first.index(after: $0)...].trimmed } ?? first
        var position = fixed.map { first[...$0].count { $0 == separator } } ?? 0
        var members: [Member] = []
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let behind = isLast ? end : parts[index + 1].literal
            guard let cut = behind.firstIndex(where: { separator.map([$0].contains) ?? separators.contains($0) }) else {
                guard isLast else { throw Mistake("'\(behind)' does not part its members; write ',', ';' or a blank between them") }
                members.append(Member(prefix: prefix, name: part.name, suffix: behind, position: position))
                continue
            }
            members.append(Member(prefix: prefix, name: part.name, suffix: String(behind[..<cut]), position: position))
            separator = separator ?? behind[cut]
            prefix = behind[behind.index(after: cut)...].split(separator: behind[cut]).last?.trimmed ?? ""
            position += 1
        }
        return (members, separator ?? " ")
    }

    func names(_ name: Name) -> Bool { parts.contains { $0.name == name } }

    func text(_ value: (Name) -> String) -> String {
        parts.reduce(into: "") { $0 += $1.literal + value($1.name) } + end
    }

    func read(_ text: String) -> Found {
        var found = Found()
        let pieces = text.split(separator: separator, omittingEmptySubsequences: false)
        for (position, piece) in pieces.enumerated() {
            let piece = piece.trimmed
            guard let member = member(of: piece, at: position) else { continue }
            let value = String(piece.dropFirst(member.prefix.count).dropLast(member.suffix.count))
            switch member.name {
            case .signature: found.signatures.append(value)
            case .timestamp: found.timestamps.append(value)
            case .id: found.ids.append(value)
            }
        }
        return found
    }

    /// The member with the longest prefix that fits.
    private func member(of piece: String, at position: Int) -> Member? {
        members.filter { member in
            piece.utf8.count >= member.prefix.utf8.count + member.suffix.utf8.count && piece.hasPrefix(member.prefix)
                && piece.hasSuffix(member.suffix) && (!member.prefix.isEmpty || member.position == position)
        }.max { $0.prefix.count < $1.prefix.count }
    }
}
