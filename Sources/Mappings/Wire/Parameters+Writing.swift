extension Parameters {
    /// `a=1&b=x%20y`.
    static func encoded(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
    }

    /// The parameters as members of an object, all of them texts; nil if there are none.
    var members: JSONObject? { pairs.isEmpty ? nil : JSONObject(pairs.map { ($0.name, .string($0.value)) }) }

    /// `a=1&secret=x` as `a=1&secret=***`, in a query or a form. Other bytes stay as they are.
    package static func masking(_ names: Set<String>, in bytes: [UInt8], with mask: String) -> [UInt8] {
        var masked: [UInt8] = []
        masked.reserveCapacity(bytes.count)
        let names = ParameterNames(names)
        for part in bytes.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            if part.startIndex > 0 { masked.append(UInt8(ascii: "&")) }
            let name = part.prefix { $0 != UInt8(ascii: "=") }
            if name.count < part.count, names.contain(name) {
                masked += name + [UInt8(ascii: "=")] + mask.utf8
            } else {
                masked += part
            }
        }
        return masked
    }
}
