/// A tracker's answer as documented replies are laid over it: its body read once, in the ways that they need.
final class TrackerAnswer {
    let status: Int
    private let headers: [String: String]
    private let body: [UInt8]
    private(set) lazy var json = try? JSONValue(parsing: body)
    private lazy var text = String(decoding: body.prefix(Self.lookedAt), as: UTF8.self).trimmed
    private lazy var xml = XMLDocument(parsing: body)

    /// Bytes of a text.
    private static let lookedAt = 4096

    init(status: Int, headers: [String: String], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body.withoutByteOrderMark
    }

    /// What stands in the place of the names of a documented reply; nil if the answer is not that one.
    func captures(of match: ReplyPlan.Match) -> [String: JSONValue]? {
        var captured: [String: JSONValue] = [:]
        for (name, pattern) in match.headers {
            guard let value = headers[name], let found = pattern.match(value.trimmed) else { return nil }
            captured.merge(found.mapValues { .string($0) }) { first, _ in first }
        }
        for (path, pattern) in match.elements {
            guard let value = xml?.text(at: path), let found = pattern.match(value.trimmed) else { return nil }
            captured.merge(found.mapValues { .string($0) }) { first, _ in first }
        }
        switch match.body {
        case .none: return captured
        case .json(let template):
            guard let json, template.matches(json, captured: &captured) else { return nil }
            return captured
        case .xml(let template):
            guard let root = xml?.root, template.matches(root, captured: &captured) else { return nil }
            return captured
        case .text(let own):
            guard let found = own.pattern.match(text) else { return nil }
            return captured.merging(found.mapValues { .string($0) }) { first, _ in first }
        }
    }
}

extension ReplyPlan.Match {
    /// An answer that is just like this; nil if none can be made up.
    func sample(status: Int) -> TrackerAnswer? {
        let headers = Dictionary(self.headers.map { ($0.name, $0.pattern.sample) }) { first, _ in first }
        guard elements.isEmpty else { return nil }
        switch body {
        case .none: return TrackerAnswer(status: status, headers: headers, body: [])
        case .text(let text): return TrackerAnswer(status: status, headers: headers, body: Array(text.pattern.sample.utf8))
        case .xml(let template):
            return TrackerAnswer(status: status, headers: headers, body: template.document(template.content.sample))
        case .json(let template):
            var json = JSONWriter()
            json.write(template.sample)
            return TrackerAnswer(status: status, headers: headers, body: json.bytes)
        }
    }
}

extension JSONTemplate {
    /// A document that fits.
    var sample: JSONValue {
        switch self {
        case .literal(let value): value
        case .value(_, let name), .list(let name): .string("\u{ab}\(name)\u{bb}")
        case .text, .anything: .string("\u{ab}\u{bb}")
        case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.sample) }))
        case .array(let elements): .array(elements.map(\.sample))
        }
    }
}
