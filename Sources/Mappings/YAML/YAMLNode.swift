/// A piece of a YAML file with its place.
///
/// Scalars stay text: the reader decides whether `NO` is a country or false, not YAML.
package struct YAMLNode: Sendable {
    package enum Content: Sendable {
        /// `isPlain` is false if the author wrote it in quotes or as a block, which makes it a text for sure.
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case map([(key: YAMLNode, value: YAMLNode)])
    }
    package var content: Content
    package var location: SourceLocation
    /// The place at which a scalar's text begins: after its quote, or on the line below a block's `|`.
    package var textLocation: SourceLocation

    package init(_ content: Content, at location: SourceLocation, textAt textLocation: SourceLocation? = nil) {
        self.content = content
        self.location = location
        self.textLocation = textLocation ?? location
    }

    package var scalar: String? {
        guard case .scalar(let text, _) = content else { return nil }
        return text
    }

    /// `~`, `null` or nothing at all.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// Columns between the node and its text if both are on one line: one for a quote.
    package var textOffset: Int { textLocation.line == location.line ? textLocation.column - location.column : 0 }

    package var isMap: Bool {
        guard case .map = content else { return false }
        return true
    }

    /// What this is, for a sentence: `expected a list but found a text`.
    package var kind: String {
        switch content {
        case .scalar: isNull ? "nothing" : "a text"
        case .list: "a list"
        case .map: "a map"
        }
    }

    package var entries: [(key: YAMLNode, value: YAMLNode)]? {
        guard case .map(let entries) = content else { return nil }
        return entries
    }

    package var elements: [YAMLNode]? {
        guard case .list(let elements) = content else { return nil }
        return elements
    }

    package subscript(_ key: String) -> YAMLNode? { entries?.first { $0.key.scalar == key }?.value }
}
