/// A value as an error quotes it: in single quotes, at most 64 bytes between them, and nothing in it that could break a log
/// line or a page.
///
///     49.90                →  '49.90'
///     5⏎ (a line feed)     →  '5\n'
///     70 times 9           →  '999…' with 61 nines
package struct QuotedValue: Sendable, CustomStringConvertible {
    package static let maximumBytes = 64
    package let description: String

    package init(_ value: String) {
        var text = ""
        var shortened = ""
        for scalar in value.unicodeScalars {
            let piece = Self.escaped(scalar)
            if text.utf8.count + piece.utf8.count > Self.maximumBytes {
                description = "'\(shortened)…'"
                return
            }
            text += piece
            // The ellipsis takes three bytes of its own.
            if text.utf8.count <= Self.maximumBytes - 3 { shortened = text }
        }
        description = "'\(text)'"
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            return "\\u{" + String(scalar.value, radix: 16) + "}"
        default:
            return String(scalar)
        }
    }
}
