/// Cuts an expression's text into tokens, each with its column.
struct ExpressionLexer {
    enum Token: Equatable {
        case name(String)
        case text(String)
        case number(String)
        case symbol(String)
        case end

        /// How a sentence names it.
        var description: String {
            switch self {
            case .name(let text), .number(let text), .symbol(let text): "'\(text)'"
            case .text(let text): "\"\(text)\""
            case .end: "the end"
            }
        }
    }

    struct Failure: Error {
        var offset: Int
        var message: String
    }

    private static let symbols = ["==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ","]

    static func tokens(of source: String) throws(Failure) -> [(token: Token, offset: Int)] {
        let characters = Array(source)
        var position = 0
        var tokens: [(Token, Int)] = []
        while position < characters.count {
            let character = characters[position]
            let start = position
            if character.isWhitespace {
                position += 1
            } else if character == "\"" || character == "'" {
                position += 1
                guard let end = characters[position...].firstIndex(of: character) else {
                    throw Failure(offset: start, message: "the text that begins here has no closing \(character)")
                }
                tokens.append((.text(String(characters[position..<end])), start))
                position = end + 1
            } else if character.isASCII, character.isNumber || character == "." {
                while position < characters.count, characters[position].isASCII,
                    characters[position].isLetter || characters[position].isNumber
                        || characters[position] == "."
                { position += 1 }
                tokens.append((.number(String(characters[start..<position])), start))
            } else if character.isASCII, character.isLetter || character == "_" {
                let isOfRequest = beginsRequestPart(characters[start...])
                while position < characters.count,
                    characters[position].isNamePart || isOfRequest && continuesRequestPart(characters, at: position)
                { position += 1 }
                // `items[].sku`, a part of each item.
                if String(characters[start..<min(position + 3, characters.count)]) == "items[]." {
                    position += 3
                    while position < characters.count, characters[position].isNamePart { position += 1 }
                }
                tokens.append((.name(String(characters[start..<position])), start))
            } else if let symbol = symbols.first(where: { String(characters[position...].prefix($0.count)) == $0 }) {
                tokens.append((.symbol(symbol), start))
                position += symbol.count
            } else {
                throw Failure(offset: start, message: "unexpected '\(character)' in an expression\(Self.hint(for: character))")
            }
        }
        return tokens + [(.end, characters.count)]
    }

    /// `headers.Content-Type`, `body.lines[0].id`: names that senders have chosen, and which no other name is like.
    private static func beginsRequestPart(_ rest: ArraySlice<Character>) -> Bool {
        ["headers.", "query.", "body."].contains { rest.starts(with: $0) }
    }

    /// A hyphen or the number of an element, as part of a name.
    private static func continuesRequestPart(_ characters: [Character], at position: Int) -> Bool {
        let next = position + 1 < characters.count ? characters[position + 1] : " "
        switch characters[position] {
        // An attribute of an XML body, and the text of an element that has attributes.
        case "@", "$": return characters[position - 1] == "."
        case "-": return next.isASCII && (next.isLetter || next.isNumber)
        case "[": return next.isASCII && next.isNumber
        case "]": return characters[position - 1].isNumber
        default: return false
        }
    }

    private static func hint(for character: Character) -> String {
        switch character {
        case "=": "; compare with =="
        case "&": "; write and"
        case "|": "; write or"
        case "!": "; write not or !="
        default: ""
        }
    }
}

extension Character {
    fileprivate var isNamePart: Bool { isASCII && (isLetter || isNumber || self == "_" || self == ".") }
}
