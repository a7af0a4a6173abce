/// An element as JSON that says the same: attributes are members `@name`, a text beside them is `$`, and elements of one name are a list.
extension XMLElement {
    /// What the element holds; nothing else knows how many elements of a name there may be, so one alone is no list.
    var object: JSONObject {
        var members: [(key: String, value: JSONValue)] = ownAttributes.map { ("@\($0.name)", .string($0.value)) }
        for (name, group) in Self.groups(of: children, by: \.localName) {
            members.append((name, group.count == 1 ? group[0].json : .array(group.map(\.json))))
        }
        if !text.isBlank { members.append(("$", .string(text.trimmed))) }
        return JSONObject(members.map { ($0.key, $0.value) })
    }

    /// An element with nothing in it is `null`.
    var json: JSONValue {
        if isVacant { return .null }
        return ownAttributes.isEmpty && children.isEmpty ? .string(text.trimmed) : .object(object)
    }

    /// Gathered once, so that a list of many costs no more than their number. In the order of the first ones.
    static func groups(of elements: [XMLElement], by key: (XMLElement) -> String) -> [(key: String, elements: [XMLElement])] {
        var groups: [(key: String, elements: [XMLElement])] = []
        var places: [String: Int] = [:]
        for element in elements {
            let key = key(element)
            if let place = places[key] {
                groups[place].elements.append(element)
            } else {
                places[key] = groups.count
                groups.append((key, [element]))
            }
        }
        return groups
    }

    /// Puts a value into the element, as `json` shows it.
    mutating func fill(_ value: JSONValue) {
        switch value {
        case .null: break
        case .bool(let flag): text = flag ? "true" : "false"
        case .string(let own), .number(let own): text = own
        case .array(let elements): for element in elements { fill(element) }
        case .object(let object): for (key, value) in object.members { fill(key, value) }
        }
    }

    private mutating func fill(_ key: String, _ value: JSONValue) {
        if key == "$" {
            text = value.elementText
        } else if key.hasPrefix("@") {
            attributes.append((String(key.dropFirst()), value.elementText))
        } else if case .array(let elements) = value {
            for element in elements { fill(key, element) }
        } else {
            var child = XMLElement(name: key)
            child.fill(value)
            children.append(child)
        }
    }
}

extension JSONValue {
    fileprivate var elementText: String {
        if case .bool(let flag) = self { flag ? "true" : "false" } else { plainText ?? "" }
    }

    /// Why no XML document can hold it, as the end of a sentence; nil if one can.
    var foreignToXML: String? {
        switch self {
        case .null, .bool, .number: return nil
        case .string(let text): return text.foreignToXML
        case .array(let elements): return elements.lazy.compactMap(\.foreignToXML).first
        case .object(let object):
            for (key, value) in object.members {
                if !key.isXMLMember { return "has the member \(key.quotedBriefly), which is no name of an XML element" }
                if let found = value.foreignToXML { return found }
            }
            return nil
        }
    }
}

extension String {
    /// XML has no way to write some control characters.
    var foreignToXML: String? {
        guard let scalar = unicodeScalars.first(where: { !$0.isXML }) else { return nil }
        let code = String(scalar.value, radix: 16, uppercase: true)
        return "\(quotedBriefly) holds U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code), which XML cannot have"
    }

    /// Whether it is the name of an element, `@` and that of an attribute, or `$`.
    var isXMLMember: Bool { self == "$" || (hasPrefix("@") ? dropFirst().isXMLName : isXMLName) }
}
