extension JSONReading {
    /// The path of the member that holds a byte of the text, as sentences name it: `customer.first_name`, `items[2].sku`. A key is named by what
    /// it is in.
    func path(to offset: Int) -> String {
        var path = ""
        var node = root
        while true {
            switch kind(node) {
            case .object:
                guard let member = members(node).first(where: { offset <= range(of: $1).upperBound }) else { return path }
                if offset <= range(of: member.key).upperBound { return path.isEmpty ? "a name" : "a name in \(path)" }
                path += (path.isEmpty ? "" : ".") + string(member.key).asName
                node = member.value
            case .array:
                guard let (position, element) = elements(node).enumerated().first(where: { offset <= range(of: $1).upperBound }) else {
                    return path
                }
                path += "[\(position)]"
                node = element
            default: return path
            }
        }
    }
}

extension String {
    /// A name from a sender as it is, or in quotes if it could break a line or fill one.
    fileprivate var asName: String {
        let isPlain = utf8.count <= 64 && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
        return isPlain ? self : quotedBriefly
    }
}
