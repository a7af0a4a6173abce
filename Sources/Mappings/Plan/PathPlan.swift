/// A path whose variable segments are settings: `/api/postback/{brand}/{offer}`.
package struct PathPlan: Sendable, Hashable {
    package enum Segment: Sendable, Hashable {
        case literal(String)
        case setting(String)
    }
    package var segments: [Segment]

    /// The names of the variable segments.
    var settings: Set<String> {
        Set(segments.compactMap { if case .setting(let name) = $0 { name } else { nil } })
    }

    /// The values of the variable segments, decoded; nil if the path is another one. A slash at the end does not matter.
    package func match(_ path: some StringProtocol) -> [String: String]? {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if parts.last == "" { parts = parts.dropLast() }
        guard parts.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (segment, part) in zip(segments, parts) {
            switch segment {
            case .literal(let text): guard part == text else { return nil }
            case .setting(let name):
                guard !part.isEmpty else { return nil }
                values[name] = String(part).percentDecoded
            }
        }
        return values
    }

    /// The path with the settings put in, or the setting that is missing.
    package func text(_ settings: [String: SettingValue]) -> Result<String, MissingSetting> {
        var text = ""
        for segment in segments {
            switch segment {
            case .literal(let literal): text += "/" + literal
            case .setting(let name):
                guard case .text(let value) = settings[name]?.value else { return .failure(MissingSetting(name: name)) }
                text += "/" + value.percentEncoded
            }
        }
        return .success(segments.isEmpty ? "/" : text)
    }

    package struct MissingSetting: Error { package var name: String }

    package var description: String {
        if segments.isEmpty { return "/" }
        return segments.map { segment in
            switch segment {
            case .literal(let text): "/" + text
            case .setting(let name): "/{" + name + "}"
            }
        }.joined()
    }
}
