extension Duration {
    /// Reads `500ms`, `5s`, `30m`, `24h`, `30d`; nil for anything else.
    package init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int64(digits), count < 1_000_000_000 else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": self = .milliseconds(count)
        case "s": self = .seconds(count)
        case "m": self = .seconds(count * 60)
        case "h": self = .seconds(count * 3600)
        case "d": self = .seconds(count * 86_400)
        default: return nil
        }
    }
}

extension YAMLNode {
    package func duration(_ key: String, _ diagnostics: inout Diagnostics) -> Duration? {
        if let scalar, let duration = Duration(scalar) { return duration }
        let found = scalar?.quotedBriefly ?? kind
        diagnostics.error(at: location, "'\(key)' must be a duration such as 5s, 30m, 24h or 30d, found \(found)")
        return nil
    }
}
