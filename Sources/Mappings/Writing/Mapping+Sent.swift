extension Mapping {
    /// Whether a value of this field can change what the tracker is sent: a parameter is written from it, or a rule looks at it.
    package func sends(_ path: FieldPath) -> Bool {
        fields.contains { $0.sends(path) }
            || checks.contains { $0.side != .in && $0.need.paths.contains(path) }
            || messages.contains { $0.condition?.paths.contains(path) ?? false || $0.mapping?.sends(path) ?? false }
    }

    /// Whether a parameter of the main request is written from this field.
    package func writes(_ path: FieldPath) -> Bool { fields.contains { $0.sends(path) } }
}

extension FieldPlan {
    /// Whether what it writes says how much a correction takes back.
    var saysHowMuch: Bool { FieldPath.takenBack.contains { sends($0) } }

    fileprivate func sends(_ path: FieldPath) -> Bool {
        guard let writing else { return false }
        if let value = writing.value {
            if value.paths.contains(path) { return true }
        } else if target == .path(path) || target == .metadata && path.isMetadata {
            return true
        }
        if writing.line?.paths.contains(path) == true || form?.paths.contains(path) == true { return true }
        // An amount is written with its currency's decimals.
        if case .path(let own) = target, own.kind == .money, path == .field(.currency) { return true }
        if case .when(let condition) = writing.required, condition.paths.contains(path) { return true }
        return writing.words?.entries.contains { entry in entry.also.contains { .field($0.field) == path } } ?? false
    }
}

extension FieldPath {
    fileprivate var isMetadata: Bool {
        if case .metadata = self { true } else { false }
    }
}

extension PostbackURL {
    /// Whether a value of this field can change what is sent.
    package func sends(_ path: FieldPath) -> Bool { writes(path) || others.values.contains { $0.writes(path) } }

    /// Whether this URL, or the one for money that goes back, can have this path.
    package func leads(to path: String) -> Bool { matches(path) || others.values.contains { $0.matches(path) } }

    /// Whether the address for first messages is written from this field.
    package func writes(_ path: FieldPath) -> Bool {
        switch path {
        case .field(.amount) where hasRemaining, .field(.refunded) where hasRemaining, .field(.currency) where hasRemaining: true
        // An amount is written with its currency's decimals, and an event without a word of its own as its type.
        case .field(.currency): named.contains(path) || named.contains { $0.kind == .money }
        case .field(.type): named.contains(path) || named.contains(.field(.eventName))
        default: named.contains(path)
        }
    }
}
