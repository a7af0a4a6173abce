/// One text that a signature may be of.
struct SignedText {
    var bytes: [UInt8]
    /// Why other content could have the same text, as a part of a sentence; nil if none could. The gateway may sign such a text, but never
    /// believes one: a person who recorded it could send the other content.
    var ambiguity: String?

    init(_ bytes: [UInt8], ambiguity: String? = nil) {
        self.bytes = bytes
        self.ambiguity = ambiguity
    }

    /// `a=1&b=x y`, values as they are.
    ///
    /// A name or value could hold the signs between them: `a=1&b=2` is also the one value `1&b=2` of `a`. So the text is believed only if it can
    /// be taken apart in one way: no name holds `=` or `&`, no value `&`, and the last value does not end with a line feed, which may stand
    /// behind every text. A name with `+` or `%` could be another one that is encoded, as a value could; names must stay, so it is not believed.
    static func plain(_ pairs: [(name: String, value: String)]) -> SignedText {
        let text = Array(pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&").utf8)
        return SignedText(text, ambiguity: ambiguity(of: pairs) ?? ambiguity(of: text))
    }

    /// A query's or form's own bytes.
    static func parameters(_ bytes: [UInt8]) -> SignedText { SignedText(bytes, ambiguity: ambiguity(of: bytes)) }

    private static func ambiguity(of text: [UInt8]) -> String? {
        // It could be a body that was signed.
        BodyFormats.looksLikeJSON(text) ? "they begin as JSON does" : nil
    }

    private static func ambiguity(of pairs: [(name: String, value: String)]) -> String? {
        for (name, value) in pairs {
            if name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "&") }) {
                return "the name \(name.quotedBriefly) holds a sign that separates names from values"
            }
            if name.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "%") }) {
                return "the name \(name.quotedBriefly) holds a sign that may stand for another one"
            }
            if value.utf8.contains(UInt8(ascii: "&")) { return "the value of \(name.quotedBriefly) holds '&'" }
        }
        if let last = pairs.last, last.value.utf8.last == UInt8(ascii: "\n") {
            return "the value of \(last.name.quotedBriefly) ends with a line feed"
        }
        return nil
    }
}

extension JSONValue {
    /// The text behind `k=` in a signed parameter string.
    var parameterText: String {
        switch self {
        case .null: return ""
        case .bool(let flag): return flag ? "true" : "false"
        case .number(let text), .string(let text): return text
        case .array, .object:
            var json = JSONWriter(options: .sortedKeys)
            json.write(self)
            return String(decoding: json.bytes, as: UTF8.self)
        }
    }
}
