/// Runs a mapping's examples and reports each difference from what they expect, field by field.
package struct ExampleRunner {
    private let mapping: Mapping

    package init(_ mapping: Mapping) { self.mapping = mapping }

    /// One example's differences; none means that it is right.
    package struct Report: Sendable {
        package var example: Example
        package var differences: [Diagnostic]
    }

    package func run() -> [Report] {
        mapping.examples.map { Report(example: $0, differences: differences($0, of: .conversion, read)) }
            + mapping.messages.enumerated().flatMap { index, message in
                message.examples.map { example in
                    let kind = message.inbound == nil ? MessageKind.conversion : .message(index)
                    let found = differences(example, of: kind) { given throws(Refusal) in try read(given, by: message) }
                    return Report(example: example, differences: found)
                }
            }
    }

    /// Fixed, so that examples give the same on every run.
    private static let identity = MappingReader.Identity(
        id: ConversionID(at: Timestamp(seconds: 1_763_600_000), random: (0, 1)), source: "example",
        receivedAt: Timestamp(seconds: 1_763_600_000))

    /// What the example's request becomes.
    private enum Reading {
        case conversion(Conversion)
        /// The correction changes nothing, and why.
        case unchanged(String)
    }

    private func read(_ example: Example) throws(Refusal) -> Reading {
        if let fields = example.conversion { return .conversion(conversion(fields)) }
        let reader = MappingReader(mapping, settings: example.settings, defaults: example.defaults)
        return .conversion(try reader.read(parsed(example, mapping), as: Self.identity))
    }

    /// A request of another kind of message. Of a correction, what becomes of the conversion that it is about; the message itself if the example
    /// names none.
    private func read(_ example: Example, by message: MessagePlan) throws(Refusal) -> Reading {
        guard example.conversion == nil, let inbound = message.mapping else { return try read(example) }
        let reader = MappingReader(inbound, settings: example.settings)
        if message.role == .first { return .conversion(try reader.read(parsed(example, inbound), as: Self.identity)) }
        let message = try reader.readCorrection(parsed(example, inbound), as: Self.identity)
        guard let about = example.about else { return .conversion(message.message) }
        switch conversion(about).corrected(by: message.correction) {
        case .changed(let conversion): return .conversion(conversion)
        case .unchanged(let note): return .unchanged(note)
        case .refused(let failure): throw Refusal([failure])
        }
    }

    private func parsed(_ example: Example, _ mapping: Mapping) throws(Refusal) -> ParsedRequest {
        let given = example.given ?? WireRequest(method: "", path: "")
        return try mapping.parse(given, pathValues: mapping.request.path.match(given.path) ?? [:])
    }

    private func conversion(_ fields: Example.Fields) -> Conversion {
        var conversion = Conversion(
            id: Self.identity.id, source: Self.identity.source, tracker: mapping.name, receivedAt: Self.identity.receivedAt)
        for (path, value) in fields.values { conversion[path] = value }
        conversion.items = fields.items
        return conversion
    }

    /// What kind of message the example's request is; nil if it says nothing of that.
    private func kind(of example: Example) -> MessageKind? {
        guard mapping.hasConditions, let given = example.given else { return nil }
        let kinds = mapping.kinds(at: given.path, method: given.method)
        if kinds.isEmpty { return nil }
        return mapping.kind(of: RawRequest(given), among: kinds, settings: mapping.settingValues(example.settings))
    }

    /// As differences show it.
    private func text(of kind: MessageKind) -> String {
        switch kind {
        case .conversion: "the main request"
        case .message(let index): "\(mapping.messages[index].role.word) '\(mapping.messages[index].name)'"
        case .ignored(let index): "a message that is ignored: \(mapping.ignores[index].reason)"
        case .unknown: "no kind of message that the mapping knows"
        }
    }

    /// - Parameter own: the kind of the entry that the example stands in.
    private func differences(
        _ example: Example, of own: MessageKind, _ read: (Example) throws(Refusal) -> Reading
    ) -> [Diagnostic] {
        var found: [Diagnostic] = []
        func differ(_ place: SourceLocation, _ what: String, _ expected: String, _ value: String) {
            found.append(Diagnostic(at: place, "example '\(example.name)': \(what): expected \(expected), found \(value)"))
        }
        let kind = kind(of: example)
        if let ignored = example.ignored {
            let reason: String? = if case .ignored(let index)? = kind { mapping.ignores[index].reason } else { nil }
            if let reason, ignored == .forAnyReason || ignored == .because(reason) { return found }
            differ(example.location, "ignored", ignored.text, reason.map { "'\($0)'" } ?? text(of: kind ?? own))
            return found
        }
        let conversion: Conversion
        do throws(Refusal) {
            if kind == .unknown { throw mapping.unknownKind }
            if let kind, kind != own {
                differ(example.location, "kind", text(of: own), text(of: kind))
                return found
            }
            switch try read(example) {
            case .conversion(let read): conversion = read
            case .unchanged(let note):
                if note != example.note { differ(example.location, "note", example.note.quotedOrNone, "'\(note)'") }
                return found
            }
        } catch {
            if example.error != error.reason { differ(example.location, "error", example.error.quotedOrNone, "'\(error.reason)'") }
            if let code = example.code, code != error.code.rawValue { differ(example.location, "code", "'\(code)'", "'\(error.code)'") }
            return found
        }
        if let error = example.error {
            differ(example.location, "error", "'\(error)'", "a conversion")
            return found
        }
        if let note = example.note {
            differ(example.location, "note", "'\(note)'", "a changed conversion")
            return found
        }
        for expectation in example.expect {
            let value = conversion.exampleText(expectation.name)
            if value != expectation.value {
                differ(expectation.location, expectation.name, expectation.value.quotedOrNone, value.quotedOrNone)
            }
        }
        if let warnings = example.warnings, warnings != conversion.warnings {
            differ(example.location, "warnings", "\(warnings)", "\(conversion.warnings)")
        }
        if let sends = example.sends { compare(sends, example, conversion, differ) }
        if let skips = example.skips {
            let outcome = write(conversion, example)
            if case .failure(let skip) = outcome, skip.reason == skips { return found }
            let value = if case .failure(let skip) = outcome { "'\(skip.reason)'" } else { "a request" }
            differ(example.location, "skips", "'\(skips)'", value)
        }
        return found
    }

    private func write(_ conversion: Conversion, _ example: Example) -> Result<[OutboundRequest], Skip> {
        // Examples hold no credentials; one in the path is its name there.
        let secrets = mapping.pathSecrets.map { ($0.credential, "{\($0.segment)}") }
        let writer = try? MappingWriter(
            mapping, url: "https://tracker.example", settings: example.settings,
            credentials: Dictionary(secrets) { first, _ in first })
        guard let writer else {
            return .failure(Skip("the path needs a setting that the example does not give"))
        }
        return Result { () throws(Skip) in try writer.requests(for: conversion, at: Self.identity.receivedAt) }
    }

    private func compare(
        _ sends: [Example.Sends], _ example: Example, _ conversion: Conversion,
        _ differ: (SourceLocation, String, String, String) -> Void
    ) {
        let place = sends.first?.location ?? example.location
        switch write(conversion, example) {
        case .success(let requests) where requests.count == sends.count:
            for (sent, request) in zip(sends, requests) { compare(sent, request, differ) }
        case .success(let requests): differ(place, "sends", "\(sends.count) of \(requests.count) requests", "\(requests.count)")
        case .failure(let skip): differ(place, "sends", "a request", "'\(skip.reason)'")
        }
    }

    private func compare(
        _ sends: Example.Sends, _ request: OutboundRequest, _ differ: (SourceLocation, String, String, String) -> Void
    ) {
        if let method = sends.method, method != request.method { differ(sends.location, "method", method, request.method) }
        let target = request.url.dropFirst("https://".count).drop { $0 != "/" }
        let path = mapping.pathSecrets.reduce(String(target.prefix { $0 != "?" })) {
            $0.replacing("{\($1.segment)}".percentEncoded, with: "{\($1.segment)}")
        }
        if let expected = sends.path, expected != path { differ(sends.location, "path", expected, path) }
        if let query = sends.query {
            let sent = Parameters(decoding: String(target.drop { $0 != "?" }.dropFirst())).pairs
            for name in Set(query.map(\.name) + sent.map(\.name)).sorted() {
                let (expected, found) = (query.first { $0.name == name }?.value, sent.first { $0.name == name }?.value)
                if expected != found { differ(sends.location, "query \(name)", expected.quotedOrNone, found.quotedOrNone) }
            }
        }
        for (name, expected) in sends.headers {
            let found = request.headers.first { $0.name.isEqualIgnoringCase(name) }?.value
            if expected != found { differ(sends.location, "header \(name)", expected.quotedOrNone, found.quotedOrNone) }
        }
        guard let body = sends.body else { return }
        if case .string(let expected) = body {
            let found = String(decoding: request.body, as: UTF8.self)
            if expected != found { differ(sends.location, "body", "'\(expected)'", "'\(found)'") }
        } else if mapping.request.writtenFormat === BodyFormats.xml, let sent = BodyFormats.xml.members(of: request.body) {
            for (path, expected, found) in body.asElements.differences(from: .object(sent)) {
                differ(sends.location, "body \(path)", expected, found)
            }
        } else if let sent = try? JSONValue(parsing: request.body) {
            for (path, expected, found) in body.differences(from: sent) { differ(sends.location, "body \(path)", expected, found) }
        } else {
            let sent = JSONValue(form: request.body)
            for (path, expected, found) in body.asParameters.differences(from: sent) {
                differ(sends.location, "body \(path)", expected, found)
            }
        }
    }
}

extension Example.Ignored {
    fileprivate var text: String {
        switch self {
        case .forAnyReason: "a message that is ignored"
        case .because(let reason): "'\(reason)'"
        }
    }
}

extension String? {
    fileprivate var quotedOrNone: String { map { "'\($0)'" } ?? "nothing" }
}

extension JSONValue {
    /// A form's parameters as members; those of the same name are a list.
    fileprivate init(form body: [UInt8]) {
        var object = JSONObject()
        for (name, value) in Parameters(decoding: body).pairs {
            switch object[name] {
            case nil: object[name] = .string(value)
            case .array(let values)?: object[name] = .array(values + [.string(value)])
            case let first?: object[name] = .array([first, .string(value)])
            }
        }
        self = .object(object)
    }

    /// With each number and truth value as the text that a form has.
    fileprivate var asParameters: JSONValue {
        switch self {
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, $0.value.asParameters) }))
        case .array(let values): .array(values.map(\.asParameters))
        case .number(let text): .string(text)
        case .bool(let flag): .string(flag ? "true" : "false")
        case .null, .string: self
        }
    }

    /// As XML has it: texts alone, and a list of one is the one.
    fileprivate var asElements: JSONValue {
        switch self {
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, $0.value.asElements) }))
        case .array(let values): values.count == 1 ? values[0].asElements : .array(values.map(\.asElements))
        default: asParameters
        }
    }

    /// Compact text with sorted keys, as differences show it.
    fileprivate var compact: String {
        var json = JSONWriter(options: .sortedKeys)
        json.write(self)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    fileprivate func differences(from other: JSONValue, path: String = "") -> [(path: String, String, String)] {
        guard case .object(let left) = self, case .object(let right) = other else {
            return self == other ? [] : [(path.isEmpty ? "itself" : path, compact, other.compact)]
        }
        var names = left.members.map(\.key)
        for member in right.members where !names.contains(member.key) { names.append(member.key) }
        return names.flatMap { name -> [(path: String, String, String)] in
            let inner = path.isEmpty ? name : "\(path).\(name)"
            switch (left[name], right[name]) {
            case (let expected?, let found?): return expected.differences(from: found, path: inner)
            case (let expected?, nil): return [(inner, expected.compact, "nothing")]
            case (nil, let found?): return [(inner, "nothing", found.compact)]
            case (nil, nil): return []
            }
        }
    }
}

extension Conversion {
    /// A field as examples write it: money as `EUR 12.50`, lists and objects as compact JSON with sorted keys.
    package func exampleText(_ name: String) -> String? {
        if let path = FieldPath(name: name) {
            switch self[path] {
            case .absent: return nil
            case .number(let number) where path.kind == .money:
                let text = number.text(in: currency)
                return self.text(.currency).map { "\($0) \(text)" } ?? text
            case let value: return value.description
            }
        }
        guard let root = try? JSONValue(parsing: document()) else { return nil }
        if name.hasPrefix("items["), case .array(let elements)? = root["items"] {
            let parts = name.dropFirst(6).split(separator: "].", maxSplits: 1)
            guard let position = parts.first.flatMap({ Int($0) }), elements.indices.contains(position), parts.count == 2 else { return nil }
            return elements[position][String(parts[1])]?.plainText
        }
        return root[name]?.compact
    }
}
