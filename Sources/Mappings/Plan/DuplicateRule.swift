/// What makes two requests the same conversion.
package struct DuplicateRule: Sendable {
    /// Tried in order; the first whose needed parts are all there gives the key. If there is none, the request is always new.
    package var alternatives: [Alternative]

    package struct Alternative: Sendable {
        package let parts: [Part]
        /// Those of the parts, with commas between them.
        package let names: String
        /// How long the key counts; nil means for ever.
        package var within: Duration?
        /// If this flag among the settings is on, a key that another source of the tracker has used is a conflict.
        package var sharedBy: String?

        package init(parts: [Part], within: Duration? = nil, sharedBy: String? = nil) {
            self.parts = parts
            names = parts.map(\.path.description).joined(separator: ",")
            self.within = within
            self.sharedBy = sharedBy
        }
    }

    package struct Part: Sendable, Hashable {
        package var path: FieldPath
        /// A part that may be missing counts as empty then.
        package var isOptional: Bool

        package init(path: FieldPath, isOptional: Bool = false) {
            self.path = path
            self.isOptional = isOptional
        }
    }

    package init(alternatives: [Alternative]) { self.alternatives = alternatives }

    /// The key's parts as one text that no other parts give: each with its length in front. Nil if the rule has no key for this conversion.
    package func key(of conversion: Conversion) -> (text: String, alternative: Alternative)? {
        for alternative in alternatives {
            var text = ""
            let isComplete = alternative.parts.allSatisfy { part in
                let value = conversion[part.path]
                guard !value.isAbsent || part.isOptional else { return false }
                // An address is one person in any spelling; hashes of addresses are made from the same form.
                let piece = part.path == .field(.customerEmail) ? value.description.trimmed.lowercased() : value.description
                text += "\(piece.utf8.count):\(piece)|"
                return true
            }
            if isComplete { return (text, alternative) }
        }
        return nil
    }
}
