/// A value as a tracker's request has it, before it is known what it means.
package enum WireValue: Sendable, Equatable {
    /// Not sent.
    case absent
    /// Sent as `null`, which means that the sender gives no value.
    case null
    /// Sent as an empty text or white space: no value either.
    case blank
    /// A JSON string, or the decoded value of a query or form parameter.
    case string(String)
    /// A JSON number's text, exactly as sent.
    case number(String)
    case bool(Bool)
    /// A JSON object or array.
    case tree(JSONValue)

    /// A list of nothing.
    static func absent(_ count: Int) -> [WireValue] {
        // The standard library's own way asks the runtime for the type of the list each time.
        var list: [WireValue] = []
        list.reserveCapacity(count)
        for _ in 0..<count { list.append(.absent) }
        return list
    }

    /// Whether the sender gives no value, in whatever way.
    package var isAbsent: Bool {
        switch self {
        case .absent, .null, .blank: true
        case .string, .number, .bool, .tree: false
        }
    }

    /// The text of a string or number; nil for anything else.
    package var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .absent, .null, .blank, .bool, .tree: nil
        }
    }

    /// As a sentence shows it: `'12.505'`, `true`, `an object`.
    package var quoted: String {
        switch self {
        case .absent, .null, .blank: "nothing"
        case .string(let text), .number(let text): text.quotedBriefly
        case .bool(let flag): flag ? "true" : "false"
        case .tree(.array): "a list"
        case .tree: "an object"
        }
    }

    package var jsonValue: JSONValue {
        switch self {
        case .absent, .null, .blank: .null
        case .string(let text): .string(text)
        case .number(let text): .number(text)
        case .bool(let flag): .bool(flag)
        case .tree(let value): value
        }
    }

    package init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool(let flag): .bool(flag)
            case .number(let text): .number(text)
            case .string(let text): text.isBlank ? .blank : .string(text)
            case .array, .object: .tree(value)
            }
    }

    /// Nothing, as PHP and others write it for a value of another kind: `[]`, `{}` and `false`, in words. Nil for everything else.
    var emptiness: String? {
        switch self {
        case .bool(false): "false"
        case .tree(.array(let elements)): elements.isEmpty ? "an empty list" : nil
        case .tree(.object(let object)): object.members.isEmpty ? "an empty object" : nil
        case .blank: "an empty text"
        case .absent, .null, .string, .number, .bool, .tree: nil
        }
    }
}

extension String {
    /// In quotes, shortened, control characters escaped: safe to show in a log or a terminal.
    package var quotedBriefly: String { "\(QuotedValue(self))" }

    /// Nothing, or white space only.
    package var isBlank: Bool {
        guard let first = utf8.first else { return true }
        if first > 0x20, first < 0x80 { return false }
        return unicodeScalars.allSatisfy { $0.properties.isWhitespace }
    }
}
