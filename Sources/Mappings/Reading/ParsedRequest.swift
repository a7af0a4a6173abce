/// A request taken apart by its mapping: every value in the slot of its field, before anything is converted.
///
/// Made before it is known which source sent it, since the body may hold the key that says so.
package struct ParsedRequest: Sendable {
    var slots: [WireValue]
    /// The slots of all items, one item after the other, and where in the sender's list each item stands. Something other than an object
    /// in the list has neither.
    var itemSlots: [WireValue] = []
    var itemPositions: [Int] = []
    var extra = JSONObject()
    var extraNames: Set<String> = []
    var failures: [Failure] = []
    var warnings: [String] = []
    /// Values of credentials and signatures that stand in the body or query, by `RequestLayout.secretNames`.
    var secrets: [String: [CredentialPlan.Place: String]] = [:]
    /// Decoded parameters, where the fields are parameters.
    var parameters: Parameters?
    /// Whether the fields stand in a body that is not empty.
    var hasBody = false
    /// The values of the path's variable segments.
    package var pathValues: [String: String]
    package let request: WireRequest
}

extension Mapping {
    /// Takes a request apart.
    ///
    /// - Parameter pathValues: from `PathPlan.match`.
    /// - Throws: a refusal where the body cannot be read at all: not JSON, not UTF-8, of another kind.
    package func parse(_ request: WireRequest, pathValues: [String: String] = [:]) throws(Refusal) -> ParsedRequest {
        var parsed = ParsedRequest(
            slots: Array(repeating: .absent, count: layout.slotCount), pathValues: pathValues, request: request)
        for (place, name, slot) in layout.parameters {
            switch place {
            case .path: parsed.slots[slot] = pathValues[name].map(WireValue.string) ?? .absent
            case .header: parsed.slots[slot] = request.header(name).map(WireValue.string) ?? .absent
            case .query, .body: break
            }
        }
        let readsBody = self.request.readsBody(request.method)
        parsed.hasBody = readsBody && !request.body.isEmpty
        if readsBody, try bodyKind(of: request) == .json {
            try parseJSON(&parsed)
        } else if readsBody {
            try parseParameters(Parameters(decoding: request.body), isBody: true, &parsed)
        } else {
            try parseParameters(Parameters(decoding: request.query), isBody: false, &parsed)
        }
        if readsBody, !request.query.isEmpty { try parseQueryBesideBody(&parsed) }
        return parsed
    }

    /// What proves the sender of a request that cannot be parsed: headers, and parameters of the query or a form body. Of a name that was
    /// sent twice the first counts.
    package func parseCredentials(_ request: WireRequest, pathValues: [String: String] = [:]) -> ParsedRequest {
        var parsed = ParsedRequest(slots: [], pathValues: pathValues, request: request)
        parsed.hasBody = self.request.readsBody(request.method) && !request.body.isEmpty
        func take(_ parameters: Parameters, _ place: (String) -> CredentialPlan.Place) {
            for (name, value) in parameters.pairs where layout.secretNames.contains(name) && parsed.secrets[name]?[place(name)] == nil {
                parsed.secrets[name, default: [:]][place(name)] = value
            }
        }
        take(Parameters(decoding: request.query)) { .query($0) }
        if self.request.readsBody(request.method), (try? bodyKind(of: request)) == .form {
            take(Parameters(decoding: request.body)) { .body($0) }
        }
        return parsed
    }

    /// By `Content-Type`; without one, by the first byte.
    private func bodyKind(of request: WireRequest) throws(Refusal) -> RequestPlan.BodyKind {
        let kinds = self.request.bodies
        guard let type = request.header("Content-Type"), !type.isEmpty else {
            let first = request.body.first { $0 > 0x20 }
            let looksLikeJSON = first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
            return kinds.contains(.form) && !looksLikeJSON ? .form : kinds[0]
        }
        if type == "application/json", kinds.contains(.json) { return .json }
        let media = type.prefix { $0 != ";" }.trimmed.lowercased()
        if media == "application/json" || media == "text/json" || media.hasSuffix("+json"), kinds.contains(.json) { return .json }
        if media == "application/x-www-form-urlencoded", kinds.contains(.form) { return .form }
        let wanted = kinds.map { $0 == .json ? "application/json" : "application/x-www-form-urlencoded" }.joined(separator: " or ")
        throw Refusal(.unsupportedMediaType, "Content-Type \(type.quotedBriefly) is not read here; send \(wanted)")
    }

    private func parseJSON(_ parsed: inout ParsedRequest) throws(Refusal) {
        guard parsed.request.body.contains(where: { $0 > 0x20 }) else { throw Refusal(.malformed, "the body is empty; send a JSON object") }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: parsed.request.body)
        } catch {
            throw Refusal(.malformed, "the body is not valid JSON: \(error)")
        }
        try document.withUnsafeView { (view: JSONView) throws(Refusal) in
            guard view.kind(view.root) == .object else {
                throw Refusal(.malformed, "the body must be a JSON object, found \(WireValue(view.value(view.root)).quoted)")
            }
            walk(view, view.root, layout.members, prefix: "", into: &parsed)
        }
    }

    private func walk(
        _ view: JSONView, _ object: JSONNode, _ members: [RequestLayout.Member], prefix: String, into parsed: inout ParsedRequest
    ) {
        var hint = 0
        for (key, node) in view.members(object) {
            guard let index = Self.find(view, key, in: members, from: hint) else {
                parsed.keep(prefix + view.string(key), view.value(node))
                continue
            }
            hint = index + 1
            switch members[index].content {
            case .slot(let slot): parsed.slots[slot] = view.wireValue(node)
            case .secret(let slot):
                parsed.secrets[layout.secretNames[slot], default: [:]][.body(members[index].name)] = view.secretText(node)
            case .object(let children):
                guard view.kind(node) == .object else {
                    parsed.expect("an object", at: prefix + members[index].name, found: view.value(node))
                    continue
                }
                walk(view, node, children, prefix: members[index].prefix, into: &parsed)
            case .items(let children):
                guard view.kind(node) == .array else {
                    parsed.expect("a list", at: prefix + members[index].name, found: view.value(node))
                    continue
                }
                walkItems(view, node, children, name: prefix + members[index].name, into: &parsed)
            }
        }
    }

    private func walkItems(
        _ view: JSONView, _ list: JSONNode, _ members: [RequestLayout.Member], name: String, into parsed: inout ParsedRequest
    ) {
        let expected = min(view.count(list), 64)
        parsed.itemPositions.reserveCapacity(expected)
        parsed.itemSlots.reserveCapacity(expected * layout.itemSlotCount)
        for (position, element) in view.elements(list).enumerated() {
            guard view.kind(element) == .object else {
                parsed.expect("an object", at: "\(name)[\(position)]", found: view.value(element), orNull: false)
                continue
            }
            let row = parsed.itemSlots.count
            parsed.itemPositions.append(position)
            for _ in 0..<layout.itemSlotCount { parsed.itemSlots.append(.absent) }
            var hint = 0
            for (key, node) in view.members(element) {
                if let index = Self.find(view, key, in: members, from: hint), case .slot(let slot) = members[index].content {
                    parsed.itemSlots[row + slot] = view.wireValue(node)
                    hint = index + 1
                } else {
                    parsed.keep("\(name)[\(position)].\(view.string(key))", view.value(node))
                }
            }
        }
    }

    /// Senders keep to one order, so the search goes on where the last key was found.
    @inline(__always)
    private static func find(_ view: JSONView, _ key: JSONNode, in members: [RequestLayout.Member], from hint: Int) -> Int? {
        for index in hint..<max(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        for index in 0..<min(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        return nil
    }

    private func parseParameters(_ parameters: Parameters, isBody: Bool, _ parsed: inout ParsedRequest) throws(Refusal) {
        parsed.warnings += parameters.warnings
        parsed.parameters = parameters
        var seen: [String: String] = [:]
        for (name, value) in parameters.pairs {
            if let earlier = seen.updateValue(value, forKey: name) {
                if earlier == value { continue }
                if layout.secretNames.contains(name) {
                    throw Refusal(.malformed, field: name, "\(name) was sent twice, with two values")
                }
                throw Refusal(
                    .malformed, field: name, "\(name) was sent twice, as \(earlier.quotedBriefly) and \(value.quotedBriefly)")
            }
            if layout.secretNames.contains(name) {
                parsed.secrets[name, default: [:]][isBody ? .body(name) : .query(name)] = value
            } else if let slot = layout.slot(ofParameter: name) {
                parsed.slots[slot] = value.isBlank ? .absent : .string(value)
            } else if !name.isEmpty || !value.isEmpty {
                parsed.keep(name, .string(value))
            }
        }
    }

    /// The query of a request whose fields are in the body: credentials, signatures, and whatever else came along.
    private func parseQueryBesideBody(_ parsed: inout ParsedRequest) throws(Refusal) {
        let parameters = Parameters(decoding: parsed.request.query)
        parsed.warnings += parameters.warnings
        for (name, value) in parameters.pairs {
            if layout.secretNames.contains(name) {
                parsed.secrets[name, default: [:]][.query(name)] = value
            } else if let parameter = layout.parameters.first(where: { $0.place == .query && $0.name == name }) {
                parsed.slots[parameter.slot] = value.isBlank ? .absent : .string(value)
            } else {
                parsed.keep("query.\(name)", .string(value))
            }
        }
    }
}

extension ParsedRequest {
    /// Keeps what no field names. Two members may come to the same name, `a.b` and `b` within `a`: the second gets a number.
    fileprivate mutating func keep(_ name: String, _ value: JSONValue) {
        var free = name
        var count = 1
        while !extraNames.insert(free).inserted {
            count += 1
            free = "\(name)#\(count)"
        }
        extra.append(free, value)
    }

    fileprivate mutating func expect(_ wanted: String, at name: String, found value: JSONValue, orNull: Bool = true) {
        if orNull, case .null = value { return }
        guard failures.count < Refusal.limit else { return }
        failures.append(Failure(.invalid, field: name, "\(name) must be \(wanted), found \(WireValue(value).quoted)"))
    }

    /// What stands at one of a credential's or signature's places; an empty value counts as there.
    package func value(at place: CredentialPlan.Place) -> String? {
        switch place {
        case .header(let name): return request.header(name)
        case .bearer:
            guard let header = request.header("Authorization") else { return nil }
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, String(parts[0]).isEqualIgnoringCase("bearer") else { return "" }
            return parts[1].trimmed
        case .query(let name), .body(let name): return secrets[name]?[place]
        }
    }

    /// The value at the first place that the request uses.
    package func value(atFirstOf places: [CredentialPlan.Place]) -> String? {
        for place in places {
            if let value = value(at: place) { return value }
        }
        return nil
    }
}

extension RequestLayout {
    /// Parameters have the names of fields at the top of a body.
    func slot(ofParameter name: String) -> Int? {
        if let parameter = parameters.first(where: { $0.name == name && $0.place == .query }) { return parameter.slot }
        for member in members where member.name == name {
            if case .slot(let slot) = member.content { return slot }
        }
        return nil
    }
}

extension JSONView {
    @inline(__always)
    fileprivate func wireValue(_ node: JSONNode) -> WireValue {
        switch kind(node) {
        case .string:
            let text = string(node)
            return text.isBlank ? .absent : .string(text)
        case .number: return .number(string(node))
        case .null: return .absent
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .array, .object: return .tree(value(node))
        }
    }

    fileprivate func secretText(_ node: JSONNode) -> String {
        switch kind(node) {
        case .string, .number: string(node)
        default: ""
        }
    }
}
