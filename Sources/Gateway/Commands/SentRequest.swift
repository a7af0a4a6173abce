import Mappings
import Rules

/// A request to a destination as it is shown to people: as an attempt kept it, or as it would be sent now. Credentials are masked.
struct SentRequest: Sendable, Equatable {
    var line: String
    /// `Name: value`.
    var headers: [String]
    var body: String

    init(line: String, recorded: String) {
        self.line = line
        if recorded.hasPrefix("\n") {
            headers = []
            body = String(recorded.dropFirst())
        } else {
            let end = recorded.firstRange(of: "\n\n")
            headers = recorded[..<(end?.lowerBound ?? recorded.endIndex)].split(separator: "\n").map(String.init)
            body = end.map { String(recorded[$0.upperBound...]) } ?? ""
        }
    }

    /// Nil if the attempt kept no more than the line.
    init?(_ attempt: AttemptRow) {
        guard let recorded = attempt.request else { return nil }
        self.init(line: attempt.requestLine, recorded: recorded)
    }

    init(_ request: OutboundRequest, to destination: Sending) {
        self.init(line: request.maskedLine, recorded: destination.recorded(request))
    }

    /// The line, the headers, and the body behind an empty line.
    var lines: [String] { [line] + rest }

    /// All but the line.
    var rest: [String] {
        headers + (body.isEmpty ? [] : [""] + body.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
}

extension SentRequest {
    /// What is different from before, one line for each difference: `- body.amount: 4990`, `+ body.amount: 49.90`. Empty if nothing differs.
    ///
    /// The query and a form are compared parameter by parameter, a JSON body member by member, any other body line by line.
    func difference(from old: SentRequest) -> [String] {
        let (before, after) = (old.parts, parts)
        var names: [String] = []
        for part in before + after where !names.contains(part.name) { names.append(part.name) }
        let (oldValues, newValues) = (Dictionary(grouping: before, by: \.name), Dictionary(grouping: after, by: \.name))
        return names.flatMap { name -> [String] in
            let gone = (oldValues[name] ?? []).map(\.value)
            let come = (newValues[name] ?? []).map(\.value)
            guard gone != come else { return [] }
            return gone.map { "- \(name): \($0)" } + come.map { "+ \(name): \($0)" }
        }
    }

    private struct Part: Equatable {
        var name: String
        var value: String
    }

    private var parts: [Part] {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        let url = words.count == 2 ? words[1] : ""
        let question = url.firstIndex(of: "?") ?? url.endIndex
        var parts = [Part(name: "method", value: words.first ?? ""), Part(name: "url", value: String(url[..<question]))]
        if question < url.endIndex { parts += Self.parameters("query", String(url[url.index(after: question)...])) }
        for header in headers {
            let colon = header.firstIndex(of: ":") ?? header.endIndex
            parts.append(Part(name: "header \(header[..<colon])", value: String(header[colon...].drop { $0 == ":" || $0 == " " })))
        }
        guard !body.isEmpty else { return parts }
        if let json = try? JSONValue(parsing: body) {
            Self.add(json, named: "body", to: &parts)
        } else if headers.contains(where: { $0.lowercased().hasPrefix("content-type: application/x-www-form-urlencoded") }) {
            parts += Self.parameters("body", body)
        } else {
            parts += body.split(separator: "\n").map { Part(name: "body", value: String($0)) }
        }
        return parts
    }

    private static func parameters(_ place: String, _ text: String) -> [Part] {
        Parameters(decoding: text).pairs.map { Part(name: "\(place) \($0.name)", value: $0.value) }
    }

    private static func add(_ value: JSONValue, named name: String, to parts: inout [Part]) {
        switch value {
        case .object(let object) where !object.members.isEmpty:
            for member in object.members { add(member.value, named: "\(name).\(member.key)", to: &parts) }
        case .array(let elements) where !elements.isEmpty:
            for (index, element) in elements.enumerated() { add(element, named: "\(name)[\(index)]", to: &parts) }
        default:
            var json = JSONWriter()
            json.write(value)
            parts.append(Part(name: name, value: String(decoding: json.bytes, as: UTF8.self)))
        }
    }
}
