import Mappings

/// Other trackers' notations for a macro, which a postback URL of this gateway sends as they are: `[CLICK_ID]`, `%CLICK%`, `__CLICK_ID__`.
enum ForeignMacro {
    /// Each text once, in their order.
    ///
    /// Names of parameters have brackets of their own: `conversion[id]=…`.
    static func all(in url: String) -> [String] {
        let question = url.firstIndex(of: "?") ?? url.endIndex
        var text = String(url[..<question])
        for parameter in url[question...].dropFirst().split(separator: "&") {
            if let equals = parameter.firstIndex(of: "=") { text += " " + parameter[equals...] }
        }
        var found: [String] = []
        for match in text.matches(of: #/\[(\w+)\]|<(\w+)>|#(\w+)#|__(\w+?)__/#) where !found.contains(String(match.output.0)) {
            found.append(String(match.output.0))
        }
        for text in percents(in: text) where !found.contains(text) { found.append(text) }
        return found
    }

    /// `%CLICK%`. What begins like a percent-encoded byte is one if another follows: `%C3abc%20`.
    private static func percents(in text: String) -> [String] {
        text.matches(of: #/%([A-Za-z_]\w*)%(\w{0,2})/#).compactMap { match in
            let (name, rest) = (match.output.1, match.output.2)
            let isEncoded = name.prefix(2).count == 2 && name.prefix(2).allSatisfy(\.isHexDigit)
            if isEncoded, rest.count == 2, rest.allSatisfy(\.isHexDigit) { return nil }
            return "%\(name)%"
        }
    }

    /// The macro that the author meant, in this gateway's notation; nil if its name is not known.
    static func meant(by macro: String) -> String? {
        let bare = String(macro.drop { !$0.isLetter }.reversed().drop { !$0.isLetter && !$0.isNumber }.reversed()).lowercased()
        return FieldPath(name: bare) != nil || PostbackURL.macros[bare] != nil ? "{\(bare)}" : nil
    }
}
