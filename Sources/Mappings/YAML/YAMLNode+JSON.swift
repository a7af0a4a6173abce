extension YAMLNode {
    /// The node as JSON would have it: plain `true`, `false`, `null` and numbers as themselves with their text kept, all else as strings.
    package var jsonValue: JSONValue {
        switch content {
        case .scalar(let text, let isPlain):
            guard isPlain else { return .string(text) }
            switch text {
            case "", "~", "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            default: return JSONDocument.isNumber(text) ? .number(text) : .string(text)
            }
        case .list(let elements): return .array(elements.map(\.jsonValue))
        case .map(let entries): return .object(JSONObject(entries.map { ($0.key.scalar ?? "", $0.value.jsonValue) }))
        }
    }
}
