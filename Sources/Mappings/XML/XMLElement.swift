/// One element of an XML document, with what it holds.
package struct XMLElement: Sendable, Equatable {
    package var name: String
    package var attributes: [(name: String, value: String)] = []
    package var children: [XMLElement] = []
    /// The texts directly in it, put together.
    package var text = ""

    package init(name: String) { self.name = name }

    /// Without the prefix of a namespace: `Envelope` of `soap:Envelope`.
    var localName: Substring { name.firstIndex(of: ":").map { name[name.index(after: $0)...] } ?? name[...] }

    func isNamed(_ wanted: String) -> Bool { name == wanted || localName == wanted }

    package static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.children == right.children && left.text == right.text
            && left.attributes.elementsEqual(right.attributes) { $0 == $1 }
    }
}

/// A place in a document: elements from the first one on, and perhaps an attribute of the last: `/response/status`, `/response/@code`.
package struct XMLPath: Sendable, Equatable {
    let elements: [String]
    let attribute: String?

    /// Nil if the text is no such path.
    package init?(_ text: String) {
        guard text.hasPrefix("/") else { return nil }
        var steps = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        attribute = steps.last.flatMap { $0.hasPrefix("@") ? String($0.dropFirst()) : nil }
        if attribute != nil { steps.removeLast() }
        guard !steps.isEmpty, (steps + [attribute ?? "a"]).allSatisfy(Self.isName) else { return nil }
        elements = steps
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "_-.:".contains($0) }
    }
}

/// An XML document that was read whole.
package struct XMLDocument: Sendable {
    package let root: XMLElement

    /// Nil if the bytes are no XML that is read here; see `XMLReader`.
    package init?(parsing bytes: [UInt8]) {
        guard let root = try? XMLReader.read(bytes) else { return nil }
        self.root = root
    }

    /// The text of the first element, or attribute, at a place; nil if there is none.
    package func text(at path: XMLPath) -> String? {
        root.isNamed(path.elements[0]) ? Self.find(path.elements.dropFirst(), in: root, path.attribute) : nil
    }

    private static func find(_ steps: ArraySlice<String>, in element: XMLElement, _ attribute: String?) -> String? {
        guard let step = steps.first else {
            guard let attribute else { return element.text }
            return element.attributes.first { $0.name == attribute }?.value
        }
        for child in element.children where child.isNamed(step) {
            if let found = find(steps.dropFirst(), in: child, attribute) { return found }
        }
        return nil
    }
}
