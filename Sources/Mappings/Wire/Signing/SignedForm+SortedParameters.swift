extension SignedForm {
    /// `a=1&b=x y` in the order of the names, without the signature: values as they are, or percent-encoded.
    package static let sortedParameters = SignedForm(name: "sorted_params", coversBody: false) { content in
        guard let members = content.members else { return [] }
        let pairs = members.sortedByKey.map { (name: $0.key, value: $0.value.parameterText) }
        let plain = pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let encoded = Parameters.encoded(pairs)
        return plain == encoded ? [Array(plain.utf8)] : [Array(plain.utf8), Array(encoded.utf8)]
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
