/// Takes a map apart key by key and reports what is left over, missing or of the wrong shape.
///
/// Every key that is asked for counts as known, so `finish` can name the nearest one for a key that was not asked for.
package struct YAMLFields {
    package let location: SourceLocation
    private let entries: [(key: YAMLNode, value: YAMLNode)]
    private var known: [String] = []
    private let subject: String
    /// A node that is no map lacks nothing more.
    private let isMissed: Bool

    /// - Parameter subject: what the map describes, for sentences: `source 'shop-de'`.
    package init(_ node: YAMLNode, subject: String, into diagnostics: inout Diagnostics) {
        location = node.location
        self.subject = subject
        if let entries = node.entries {
            self.entries = entries
            isMissed = false
        } else {
            entries = []
            isMissed = !node.isNull
            if !node.isNull { diagnostics.error(at: node.location, "\(subject) must be a map, found \(node.kind)") }
        }
    }

    /// The key's value; an empty value counts as absent.
    package mutating func take(_ key: String) -> YAMLNode? {
        guard let node = takeAny(key), !node.isNull else { return nil }
        return node
    }

    /// The key's value even if it is `null`.
    package mutating func takeAny(_ key: String) -> YAMLNode? {
        if !known.contains(key) { known.append(key) }
        return entries.first { $0.key.scalar == key }?.value
    }

    /// As `take`, with an error if the key is missing.
    package mutating func require(_ key: String, _ diagnostics: inout Diagnostics) -> YAMLNode? {
        if let node = take(key) { return node }
        guard !isMissed else { return nil }
        diagnostics.error(at: takeAny(key)?.location ?? location, "\(subject) needs '\(key)'")
        return nil
    }

    package mutating func text(_ key: String, _ diagnostics: inout Diagnostics) -> String? {
        take(key)?.text(key, &diagnostics)
    }

    package mutating func flag(_ key: String, _ diagnostics: inout Diagnostics) -> Bool? {
        guard let node = take(key) else { return nil }
        if case .scalar(let text, isPlain: true) = node.content, let flag = Bool(text) { return flag }
        diagnostics.error(at: node.location, "'\(key)' must be true or false, found \(node.scalar.map { "'\($0)'" } ?? node.kind)")
        return nil
    }

    package mutating func integer(_ key: String, in range: ClosedRange<Int>, _ diagnostics: inout Diagnostics) -> Int? {
        guard let node = take(key) else { return nil }
        if let text = node.scalar, let number = Int(text), range.contains(number) { return number }
        let found = node.scalar.map { "'\($0)'" } ?? node.kind
        diagnostics.error(
            at: node.location,
            "'\(key)' must be a whole number from \(range.lowerBound) to \(range.upperBound), found \(found)"
        )
        return nil
    }

    /// One text or a list of texts.
    package mutating func texts(_ key: String, _ diagnostics: inout Diagnostics) -> [(text: String, location: SourceLocation)]? {
        guard let node = take(key) else { return nil }
        return node.texts(key, &diagnostics)
    }

    /// The entries of a map below `key`, in the order of the file.
    package mutating func map(_ key: String, _ diagnostics: inout Diagnostics) -> [(key: YAMLNode, name: String, value: YAMLNode)] {
        guard let node = take(key) else { return [] }
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "'\(key)' must be a map, found \(node.kind)")
            return []
        }
        return entries.compactMap { entry in
            if let name = entry.key.scalar, !name.isEmpty { return (entry.key, name, entry.value) }
            diagnostics.error(at: entry.key.location, "a key below '\(key)' must be a text, found \(entry.key.kind)")
            return nil
        }
    }

    package mutating func list(_ key: String, _ diagnostics: inout Diagnostics) -> [YAMLNode] {
        guard let node = take(key) else { return [] }
        guard let elements = node.elements else {
            diagnostics.error(at: node.location, "'\(key)' must be a list, found \(node.kind)")
            return []
        }
        return elements
    }

    /// Reports every key that was not asked for.
    package func finish(_ diagnostics: inout Diagnostics) {
        for (key, _) in entries where !known.contains(key.scalar ?? "") {
            let name = key.scalar ?? ""
            let hint = name.nearest(in: known).map { "did you mean '\($0)'?" } ?? "known: \(known.sorted().joined(separator: ", "))"
            diagnostics.error(at: key.location, "unknown key '\(name)' in \(subject); \(hint)")
        }
    }
}

extension YAMLNode {
    package func text(_ key: String, _ diagnostics: inout Diagnostics) -> String? {
        if let scalar { return scalar }
        diagnostics.error(at: location, "'\(key)' must be a text, found \(kind)")
        return nil
    }

    /// One text or a list of texts.
    package func texts(_ key: String, _ diagnostics: inout Diagnostics) -> [(text: String, location: SourceLocation)] {
        if let scalar { return [(scalar, location)] }
        guard let elements else {
            diagnostics.error(at: location, "'\(key)' must be a text or a list of texts, found \(kind)")
            return []
        }
        return elements.compactMap { element in
            element.text(key, &diagnostics).map { ($0, element.location) }
        }
    }
}
