/// An XML document: `<order id="A-1"><total currency="EUR">9.50</total></order>`.
///
/// A field's path begins below the root: `@id` is an attribute, `total.$` the text of an element that has attributes too, and elements of one
/// name are a list. A credential is a child of the root, or with `@` its attribute.
final class XMLBodyFormat: BodyFormat {
    var name: String { "xml" }
    var contentType: String { "application/xml" }

    func isNamed(by mediaType: String) -> Bool {
        mediaType == "application/xml" || mediaType == "text/xml" || mediaType.hasSuffix("+xml")
    }

    func fits(_ body: [UInt8]) -> Bool { body.firstOfText == UInt8(ascii: "<") || XMLEncoding.wide(body) != nil }

    func members(of body: [UInt8]) -> JSONObject? { XMLDocument(parsing: body)?.root.object }

    /// XML is signed as it is sent.
    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces { .none }

    func writer(of shape: BodyShape) -> any BodyWriter { XMLBodyWriter(shape) }

    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8] {
        guard var root = XMLDocument(parsing: body)?.root else { return body }
        if name.hasPrefix("@") {
            root.attributes.removeAll { $0.name == name.dropFirst() }
            root.attributes.append((String(name.dropFirst()), value))
            return root.document
        }
        let isNew = !root.children.contains { $0.isNamed(name) }
        if isNew, XMLEncoding.wide(body) == nil, let end = body.lastRange(of: "</\(root.name)".utf8) {
            var body = body
            body.insert(contentsOf: "<\(name)>\(value.escapedForXML(isAttribute: false))</\(name)>".utf8, at: end)
            return body
        }
        root.children.removeAll { $0.isNamed(name) }
        root.children.append(XMLElement(name: name, text: value))
        return root.document
    }
}

extension [UInt8] {
    /// Where a text is for the last time.
    fileprivate func lastRange(of text: String.UTF8View) -> Int? {
        let wanted = Array(text)
        return indices.reversed().first { self[$0] == wanted[0] && self[$0...].starts(with: wanted) }
    }
}
