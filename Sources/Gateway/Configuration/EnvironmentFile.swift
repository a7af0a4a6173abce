import Mappings

/// Reads environment variables from a file as systemd's `EnvironmentFile=` reads them.
///
/// One `NAME=VALUE` a line. A line that begins with `#` or `;` is a comment. White space around a value does not count, unless it is in
/// quotes. Between single quotes every character is taken as it is. Between double quotes a backslash takes the meaning from `"`, `\`,
/// `` ` `` and `$`; outside of quotes, from any character. At the end of a line it joins the next one. What systemd passes over is a mistake.
///
/// | Line | Value of `KEY` |
/// |---|---|
/// | `KEY= a  b ` | `a  b` |
/// | `KEY="a \"b\" "` | `a "b" ` |
/// | `KEY='a\b'"c"` | `a\bc` |
struct EnvironmentFile: Equatable {
    struct Variable: Equatable {
        var name: String
        var value: String
    }

    /// Never shows what the line holds, which may be a part of a secret.
    struct Failure: Error, Equatable {
        var line: Int
        var message: String
    }

    /// In the order of the file; a later one replaces an earlier one of the same name.
    private(set) var variables: [Variable] = []

    init(parsing text: String) throws(Failure) {
        var reader = Reader(text)
        while reader.findVariable() { variables.append(try reader.variable()) }
    }
}

private struct Reader {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var line = 1

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private mutating func next() -> Unicode.Scalar? {
        guard position < scalars.count else { return nil }
        defer { position += 1 }
        if scalars[position] == "\n" { line += 1 }
        return scalars[position]
    }

    /// Passes over blank lines and comments; false at the end.
    mutating func findVariable() -> Bool {
        while position < scalars.count {
            switch scalars[position] {
            case "#", ";": while let scalar = next(), scalar != "\n" {}
            case "\n", " ", "\t", "\r", "\u{FEFF}": _ = next()
            default: return true
            }
        }
        return false
    }

    mutating func variable() throws(EnvironmentFile.Failure) -> EnvironmentFile.Variable {
        let start = line
        var name = ""
        while let scalar = next(), scalar != "=" {
            guard scalar != "\n", position < scalars.count else {
                throw .init(line: start, message: "this line has no '='; write NAME=VALUE, or '#' before a comment")
            }
            name.unicodeScalars.append(scalar)
        }
        name = name.trimmed
        guard Self.isName(name) else {
            let advice = name.hasPrefix("export ") ? "leave out 'export'" : "it has letters, digits and '_' only and begins with no digit"
            throw .init(line: start, message: "what is before '=' is no name of a variable; \(advice)")
        }
        return .init(name: name, value: try value(from: start))
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
        }
    }

    /// Up to the end of the line, which a quote or a backslash may move.
    private mutating func value(from start: Int) throws(EnvironmentFile.Failure) -> String {
        var value = String.UnicodeScalarView()
        // White space at the end is only kept if something follows it.
        var blanks: [Unicode.Scalar] = []
        // A quote opens at the beginning and right after another has closed; anywhere else it is taken as it is.
        var mayOpen = true
        while let scalar = next(), scalar != "\n" {
            switch scalar {
            case " ", "\t", "\r":
                if !mayOpen { blanks.append(scalar) }
            case "'" where mayOpen, "\"" where mayOpen:
                try quoted(by: scalar, from: start, into: &value)
            default:
                value.append(contentsOf: blanks)
                blanks = []
                mayOpen = false
                if scalar != "\\" {
                    value.append(scalar)
                } else if let escaped = next(), escaped != "\n" {
                    value.append(escaped)
                }
            }
        }
        return String(value)
    }

    private mutating func quoted(
        by quote: Unicode.Scalar, from start: Int, into value: inout String.UnicodeScalarView
    ) throws(EnvironmentFile.Failure) {
        while let scalar = next() {
            if scalar == quote { return }
            guard scalar == "\\", quote == "\"" else {
                value.append(scalar)
                continue
            }
            guard let escaped = next() else { break }
            if !"\"\\`$\n".unicodeScalars.contains(escaped) { value.append("\\") }
            if escaped != "\n" { value.append(escaped) }
        }
        throw .init(line: start, message: "the value that begins here has no closing \(quote == "'" ? "single" : "double") quote")
    }
}
