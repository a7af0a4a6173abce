/// One element of an XML document, with what it holds.
package struct XMLElement: Sendable, Equatable {
    package var name: String
    package var attributes: [(name: String, value: String)] = []
    package var children: [XMLElement] = []
    /// The texts directly in it, put together.
    package var text = ""

    package init(name: String) { self.name = name }

    init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// Without the prefix of a namespace: `Envelope` of `soap:Envelope`.
    var localName: String { name.localXMLName }

    func isNamed(_ wanted: String) -> Bool { name == wanted || localName == wanted }

    /// Without those that say what the prefixes of namespaces mean.
    var ownAttributes: [(name: String, value: String)] { attributes.filter { $0.name != "xmlns" && !$0.name.hasPrefix("xmlns:") } }

    func attribute(named wanted: String) -> String? {
        (attributes.first { $0.name == wanted } ?? ownAttributes.first { $0.name.localXMLName == wanted })?.value
    }

    /// Whether there is nothing in it at all.
    var isVacant: Bool { ownAttributes.isEmpty && children.isEmpty && text.isBlank }

    package static func == (left: Self, right: Self) -> Bool {
        left.name == right.name && left.children == right.children && left.text == right.text
            && left.attributes.elementsEqual(right.attributes) { $0 == $1 }
    }
}
