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
        guard !steps.isEmpty, (steps + [attribute ?? "a"]).allSatisfy(\.isXMLName) else { return nil }
        elements = steps
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
        guard let step = steps.first else { return attribute.map { element.attribute(named: $0) } ?? element.text }
        for child in element.children where child.isNamed(step) {
            if let found = find(steps.dropFirst(), in: child, attribute) { return found }
        }
        return nil
    }
}
