/// An XML document with expressions in it: written as a reply, and laid over a tracker's reply to recognise it.
///
/// `{ response: { "@code": "1", status: ok, id: "{id}" } }`: one element, and below it elements, attributes with `@`, and `$` for a text beside
/// attributes.
package struct XMLTemplate: Sendable {
    let root: String
    /// Every fixed value in it is a text.
    let content: JSONTemplate

    static func compile(_ node: YAMLNode, names: ExpressionNames, into diagnostics: inout Diagnostics) -> XMLTemplate? {
        guard let entries = node.entries, entries.count == 1, let root = entries[0].key.scalar, root.isXMLName else {
            diagnostics.error(
                at: node.location,
                "a reply in XML is one element with what is in it, such as xml: { response: { status: ok, id: \"{id}\" } }")
            return nil
        }
        let content = JSONTemplate.compile(entries[0].value, names: names, into: &diagnostics)
        if let name = content.firstForeignToXML {
            diagnostics.error(at: entries[0].value.location, "'\(name)' is no name of an XML element, @attribute or $ (an element's text)")
            return nil
        }
        return XMLTemplate(root: root, content: content.withTexts)
    }

    func document(_ input: borrowing ExpressionInput, lists: ReplyVariables) -> [UInt8] {
        var json = JSONWriter()
        content.write(input, lists: lists, into: &json)
        return document((try? JSONValue(parsing: json.bytes)) ?? .null)
    }

    /// Characters that XML cannot have are U+FFFD.
    func document(_ value: JSONValue) -> [UInt8] {
        var element = XMLElement(name: root)
        element.fill(value)
        return element.document
    }

    /// Whether an answer has every fixed value of this template; `captured` takes the values in the places of names. More in it does not matter.
    func matches(_ element: XMLElement, captured: inout [String: JSONValue]) -> Bool {
        element.isNamed(root.localXMLName) && content.matches(element.value(like: content), captured: &captured)
    }
}

extension JSONTemplate {
    /// With each fixed number and truth value as the text that XML has.
    fileprivate var withTexts: JSONTemplate {
        switch self {
        case .literal(.number(let text)): .literal(.string(text))
        case .literal(.bool(let flag)): .literal(.string(flag ? "true" : "false"))
        case .literal, .anything, .value, .text, .list: self
        case .object(let members): .object(members.map { ($0.key, $0.value.withTexts) })
        case .array(let elements): .array(elements.map(\.withTexts))
        }
    }

    fileprivate var firstForeignToXML: String? {
        switch self {
        case .literal, .anything, .value, .text, .list: return nil
        case .array(let elements): return elements.lazy.compactMap(\.firstForeignToXML).first
        case .object(let members):
            for (key, value) in members {
                if !key.isXMLMember { return key }
                if let found = value.firstForeignToXML { return found }
            }
            return nil
        }
    }
}

extension XMLElement {
    /// What the element holds, as far as a template asks for it.
    fileprivate func value(like template: JSONTemplate) -> JSONValue {
        guard case .object(let wanted) = template else { return isVacant ? .null : .string(text.trimmed) }
        if wanted.isEmpty { return isVacant ? .object(JSONObject()) : json }
        var members: [(String, JSONValue)] = []
        for (key, inner) in wanted {
            if key == "$" {
                members.append((key, .string(text.trimmed)))
            } else if key.hasPrefix("@") {
                if let value = attribute(named: String(key.dropFirst())) { members.append((key, .string(value))) }
            } else if let value = value(named: key, like: inner) {
                members.append((key, value))
            }
        }
        return .object(JSONObject(members))
    }

    private func value(named name: String, like template: JSONTemplate) -> JSONValue? {
        let found = children.filter { $0.isNamed(name.localXMLName) }
        guard case .array(let elements) = template else { return found.first?.value(like: template) }
        guard let each = elements.first else { return .array(found.map(\.json)) }
        return .array(zip(found, elements + Array(repeating: each, count: found.count)).map { $0.value(like: $1) })
    }
}
