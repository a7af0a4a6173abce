import Mappings

/// The tracker's own words in an answer, for a reason: the message in JSON, a page's title, or the text itself.
package enum AnswerWords {
    /// Characters that a reason quotes.
    package static let limit = 200
    private static let names = [
        "message", "error", "msg", "error_description", "errorMessage", "detail", "description", "reason", "title", "errors",
    ]
    private static let envelopes = ["data", "result", "response"]

    /// Nil if the answer has none. In one line, without what a terminal would obey; not cut yet, so that secrets can be found in it.
    package static func text(of reply: Reply) -> String? {
        let text =
            switch AnswerContent(of: reply) {
            case .empty: ""
            case .image: "(\(reply.body.count) bytes of an image)"
            case .packed(let encoding): "(\(reply.body.count) bytes packed as '\(encoding.prefix(40))')"
            case .binary: "(\(reply.body.count) bytes that are no text)"
            case .page(let page): page.words
            case .text(let bytes): String(decoding: bytes.prefix(AnswerContent.lookedAt), as: UTF8.self)
            case .json(let value):
                message(in: value, depth: 0) ?? String(decoding: reply.body.prefix(AnswerContent.lookedAt), as: UTF8.self)
            }
        let line = text.inOneLine
        return line.isEmpty ? nil : line
    }

    /// What a reason quotes of it.
    package static func brief(_ text: String) -> String { cut(text, to: limit) }

    /// - Parameter count: of characters.
    static func cut(_ text: String, to count: Int) -> String { text.count > count ? text.prefix(count - 1) + "…" : text }

    private static func message(in value: JSONValue, depth: Int) -> String? {
        switch value {
        case .string(let text): return text.isEmpty ? nil : text
        case .array(let elements): return elements.first.flatMap { message(in: $0, depth: depth + 1) }
        case .object(let object):
            guard depth < 4 else { return nil }
            for name in names {
                if let member = object[name], let text = message(in: member, depth: depth + 1) { return text }
            }
            for name in envelopes {
                guard let member = object[name], case .object = member else { continue }
                if let text = message(in: member, depth: depth + 1) { return text }
            }
            return nil
        case .number, .bool, .null: return nil
        }
    }
}

extension String {
    /// With one blank for each run of blanks and line ends, and without what is invisible or steers a terminal.
    package var inOneLine: String {
        if isInOneLine { return self }
        var line = UnicodeScalarView()
        var isAfterBlank = true
        for scalar in unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where !scalar.properties.isWhitespace, .format: continue
            default: break
            }
            let isBlank = scalar.properties.isWhitespace
            if isBlank, isAfterBlank { continue }
            line.append(isBlank ? " " : scalar)
            isAfterBlank = isBlank
        }
        if line.last == " " { line.removeLast() }
        return String(line)
    }

    /// Of ASCII, as nearly every message is.
    private var isInOneLine: Bool {
        var last: UInt8 = 0x20
        for byte in utf8 {
            guard (0x21..<0x7F).contains(byte) || byte == 0x20 && last != 0x20 else { return false }
            last = byte
        }
        return last != 0x20 || isEmpty
    }
}
