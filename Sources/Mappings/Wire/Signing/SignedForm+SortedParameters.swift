extension SignedForm {
    /// `a=1&b=x y` in the order of the names, without the signature: values as they are, or percent-encoded.
    ///
    /// As they are, a name or value could hold the signs between them: `a=1&b=2` is also the one value `1&b=2` of `a`. So the plain text is
    /// believed only if it can be taken apart in one way: no name holds `=` or `&`, and no value `&`.
    package static let sortedParameters = SignedForm(name: "sorted_params", coversBody: false) { content in
        guard let members = content.members else { return [] }
        let pairs = members.sortedByKey.map { (name: $0.key, value: $0.value.parameterText) }
        let plain = pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let encoded = Parameters.encoded(pairs)
        if plain == encoded { return [SignedText(Array(plain.utf8))] }
        return [SignedText(Array(plain.utf8), ambiguity: ambiguity(of: pairs)), SignedText(Array(encoded.utf8))]
    }

    private static func ambiguity(of pairs: [(name: String, value: String)]) -> String? {
        for (name, value) in pairs {
            if name.utf8.contains(where: { $0 == UInt8(ascii: "=") || $0 == UInt8(ascii: "&") }) {
                return "the name \(name.quotedBriefly) holds a sign that separates names from values"
            }
            if value.utf8.contains(UInt8(ascii: "&")) { return "the value of \(name.quotedBriefly) holds '&'" }
        }
        return nil
    }
}

extension JSONValue {
    /// The text behind `k=` in a signed parameter string.
    fileprivate var parameterText: String {
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
