/// A path whose variable segments are settings, credentials, or parameters: `/api/postback/{brand}/{offer}`, `/conversions/{there}`.
package struct PathPlan: Sendable, Hashable {
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case setting(String)
        /// A credential.
        case secret(String)
        /// A parameter of the mapping, by its wire name.
        case parameter(String)
        /// A canonical field, which is only written.
        case field(FieldPath)
    }
    package var segments: [Segment]
    /// The text around a variable, by its segment's place: `{id}:upload`.
    package var frames: [Int: Frame] = [:]
    /// Whether it is written with a slash at its end.
    package var endsWithSlash = false

    package struct Frame: Sendable, Hashable {
        package var before: Substring
        package var behind: Substring

        func around(_ text: String) -> String { before + text + behind }

        /// Nil if the text is another one, or nothing is between.
        func inner(of part: Substring) -> Substring? {
            let isOwn = part.hasPrefix(before) && part.hasSuffix(behind) && part.utf8.count > before.utf8.count + behind.utf8.count
            return isOwn ? part.dropFirst(before.count).dropLast(behind.count) : nil
        }
    }

    package init(segments: [Segment], frames: [Int: Frame] = [:], endsWithSlash: Bool = false) {
        self.segments = segments
        self.frames = frames
        self.endsWithSlash = endsWithSlash
    }

    /// The names of the variable segments.
    var variables: Set<String> { Set(segments.compactMap(\.name)) }

    /// The values of the variable segments, decoded; nil if the path is another one. A slash at the end does not matter.
    package func match(_ path: String) -> [String: String]? { match(path[...]) }

    package func match(_ path: Substring) -> [String: String]? {
        // A path may have thousands of segments. No more of it is looked at than decides.
        let slash = UInt8(ascii: "/")
        var parts = path.utf8.split(separator: slash, maxSplits: segments.count + 1, omittingEmptySubsequences: false).dropFirst()
        if parts.last?.isEmpty ?? false { parts = parts.dropLast() }
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (place, (segment, bytes)) in zip(segments, parts).enumerated() {
            var part = Substring(bytes)
            if case .literal(let text) = segment {
                guard part == text else { return nil }
            } else if let name = segment.name {
                if let frame = frames[place] {
                    guard let inner = frame.inner(of: part) else { return nil }
                    part = inner
                }
                guard !part.isEmpty else { return nil }
                values[name] = String(part).percentDecoded
            }
        }
        return values
    }

    /// The path with the settings put in, or the setting that is missing. Other variable segments stay as they are: `{key}`.
    package func text(_ settings: [String: SettingValue]) -> Result<String, MissingSetting> {
        var text = ""
        for (place, segment) in segments.enumerated() {
            switch segment {
            case .setting(let name):
                guard case .text(let value) = settings[name]?.value else { return .failure(MissingSetting(name: name)) }
                text += "/" + framed(value.percentEncoded, at: place)
            default: text += "/" + framed(segment.text, at: place)
            }
        }
        return .success(text.isEmpty || endsWithSlash ? text + "/" : text)
    }

    /// The names of the variable segments that neither these settings nor a credential fills.
    package func openNames(_ settings: [String: SettingValue]) -> [String] {
        segments.compactMap { segment in
            if case .secret = segment { return nil }
            if case .setting(let name) = segment, case .text? = settings[name]?.value { return nil }
            return segment.name
        }
    }

    package struct MissingSetting: Error { package var name: String }

    /// A segment's text with what stands around it.
    func framed(_ text: String, at place: Int) -> String { frames[place]?.around(text) ?? text }

    package var description: String {
        let text = segments.enumerated().map { "/" + framed($1.text, at: $0) }.joined()
        return text.isEmpty || endsWithSlash ? text + "/" : text
    }
}

extension PathPlan.Segment {
    /// The name of a variable segment.
    var name: String? {
        switch self {
        case .literal: nil
        case .setting(let name), .secret(let name), .parameter(let name): name
        case .field(let path): path.description
        }
    }

    var text: String {
        if case .literal(let text) = self { return text }
        return "{\(name ?? "")}"
    }
}

extension PathPlan {
    /// A path that may have other segments in front, with other texts in the place of its secrets. Unchanged if it is another path, or has no
    /// secrets.
    ///
    /// - Parameter text: of a credential; nil leaves what is there.
    package func replacingSecrets(in path: String, with text: (String) -> String?) -> String {
        guard segments.contains(where: { if case .secret = $0 { true } else { false } }) else { return path }
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)
        var end = parts.count
        while end > 0, parts[end - 1].isEmpty { end -= 1 }
        var indices: [Int] = []
        // Doubled slashes are tolerated.
        for index in parts.indices[..<end] where !parts[index].isEmpty { indices.append(index) }
        guard indices.count >= segments.count else { return path }
        let own = indices.suffix(segments.count)
        for (segment, index) in zip(segments, own) {
            if case .literal(let text) = segment, parts[index] != text { return path }
        }
        for (place, (segment, index)) in zip(segments, own).enumerated() {
            if case .secret(let name) = segment, let text = text(name) { parts[index] = framed(text, at: place)[...] }
        }
        return parts.joined(separator: "/")
    }

    /// Whether no segment is variable.
    package var isPlain: Bool { segments.allSatisfy { $0.name == nil } }

    /// With `***` in the place of credentials.
    package func masked(_ path: String) -> String { replacingSecrets(in: path) { _ in "***" } }
}

extension Mapping {
    /// The paths of its requests that have a credential in them.
    package var secretPaths: [PathPlan] {
        let all = request.paths + [list?.path].compactMap(\.self) + messages.flatMap { $0.inbound?.request.paths ?? [] }
        return all.filter { $0.segments.contains { if case .secret = $0 { true } else { false } } }
    }

    /// The credentials that may be in a path, each with the segment's name.
    var pathSecrets: [(credential: String, segment: String)] {
        credentials.flatMap { plan in plan.places.compactMap { if case .path(let name) = $0 { (plan.name, name) } else { nil } } }
    }
}
