/// The place of a value in a conversion: a canonical field, a sub id, a platform's click id, or an entry of `metadata` or `extra`.
package enum FieldPath: Sendable, Hashable, CustomStringConvertible {
    /// Given by the gateway: never set by a mapping or a route.
    case id, source, tracker, receivedAt
    case field(Field)
    case subID(String)
    case clickID(String)
    case metadata(String)
    case extra(String)

    /// Reads a dotted canonical name; nil if there is no such field.
    package init?(name: String) {
        if let field = Field(name: name) {
            self = .field(field)
        } else if let rest = name.rest(after: "sub_ids.") {
            self = .subID(rest)
        } else if let rest = name.rest(after: "click_ids.") {
            self = .clickID(rest)
        } else if let rest = name.rest(after: "metadata.") {
            self = .metadata(rest)
        } else if let rest = name.rest(after: "extra.") {
            self = .extra(rest)
        } else if let given = Self.given.first(where: { $0.description == name }) {
            self = given
        } else {
            return nil
        }
    }

    private static let given: [FieldPath] = [.id, .source, .tracker, .receivedAt]
    /// What a correction leaves behind.
    private static let kept: [FieldPath] = [.field(.update), .field(.refund), .field(.refunded)]

    /// Whether a mapping or a route may set it.
    package var isSettable: Bool { !Self.given.contains(self) && !Self.kept.contains(self) }

    package var description: String {
        switch self {
        case .id: "id"
        case .source: "source"
        case .tracker: "tracker"
        case .receivedAt: "received_at"
        case .field(let field): field.name
        case .subID(let name): "sub_ids.\(name)"
        case .clickID(let name): "click_ids.\(name)"
        case .metadata(let name): "metadata.\(name)"
        case .extra(let name): "extra.\(name)"
        }
    }

    package var kind: Field.Kind {
        switch self {
        case .field(let field): field.kind
        case .receivedAt: .time
        default: .text
        }
    }

    /// Names to choose from when one is misspelt.
    package static let suggestions =
        Field.allNames + (1...5).map { "sub_ids.s\($0)" } + clickIDNames.map { "click_ids.\($0)" } + given.map(\.description)

    /// The names that ad platforms have for their click ids and for the cookies that stand in for them.
    static let clickIDNames = [
        "gclid", "gbraid", "wbraid", "fbclid", "fbc", "fbp", "ttclid", "ttp", "sclid", "scid", "epik", "rdt_cid", "msclkid", "twclid",
    ]
}

extension String {
    fileprivate func rest(after prefix: String) -> String? {
        guard hasPrefix(prefix), count > prefix.count else { return nil }
        return String(dropFirst(prefix.count))
    }
}

extension Conversion {
    package subscript(_ path: FieldPath) -> Value {
        get {
            switch path {
            case .id: .text(id.description)
            case .source: .text(source)
            case .tracker: .text(tracker)
            case .receivedAt: .time(receivedAt)
            case .field(let field): self[field]
            case .subID(let name): subID(name).map(Value.text) ?? .absent
            case .clickID(let name): clickID(name).map(Value.text) ?? .absent
            case .metadata(let name): metadata[name]?.fieldValue ?? .absent
            case .extra(let name): extra[name]?.fieldValue ?? .absent
            }
        }
        set {
            switch path {
            case .id, .source, .tracker, .receivedAt: break
            case .field(let field): self[field] = newValue.fitted(to: field)
            case .subID(let name): setSubID(name, newValue.description)
            case .clickID(let name): setClickID(name, newValue.description)
            case .metadata(let name): metadata[name] = newValue.isAbsent ? nil : .string(newValue.description)
            case .extra(let name): extra[name] = newValue.isAbsent ? nil : .string(newValue.description)
            }
        }
    }
}

extension JSONValue {
    /// Texts, numbers and truth values as a field's value; anything else is absent.
    fileprivate var fieldValue: Mappings.Value {
        switch self {
        case .string(let text): return text.isEmpty ? .absent : .text(text)
        case .number(let text):
            guard let number = try? ExactDecimal(parsing: text) else { return .text(text) }
            return .number(number)
        case .bool(let flag): return .flag(flag)
        case .null, .array, .object: return .absent
        }
    }
}

extension Value {
    /// As the field holds it: an entry of `metadata` may be a number for a text field, or a text for an amount.
    /// Absent if the field cannot hold it.
    fileprivate func fitted(to field: Field) -> Self {
        switch (self, field.kind) {
        case (.absent, _), (.text, .text), (.number, .money), (.flag, .flag), (.time, .time): self
        case (_, .text): .text(description)
        case (.text(let text), .word(let words)): words.contains(text) ? self : .absent
        case (.text(let text), _): (try? FieldPath.field(field).value(of: text)) ?? .absent
        default: .absent
        }
    }
}
