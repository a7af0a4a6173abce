extension Mapping {
    /// Takes a request apart.
    ///
    /// - Parameter pathValues: from `PathPlan.match`.
    /// - Throws: a refusal if the body cannot be read at all: it is not JSON, not UTF-8, or in another format.
    package func parse(_ request: WireRequest, pathValues: [String: String] = [:]) throws(Refusal) -> ParsedRequest {
        var parsed = ParsedRequest(
            slots: SlotList(count: layout.slotCount), toleratesEmpty: !isCorrection, pathValues: pathValues,
            request: request)
        try fill(&parsed)
        return parsed
    }

    /// In a function of its own, which spares a copy of the whole request.
    private func fill(_ parsed: inout ParsedRequest) throws(Refusal) {
        for (place, name, content) in layout.parameters {
            let value: String?
            switch place {
            case .path: value = parsed.pathValues[name]
            case .header: value = parsed.request.header(name)
            case .query, .body, .envelope: continue
            }
            if let value { parsed.put(.string(value), at: content, row: 0, by: layout) }
        }
        if layout.itemLists.count > 1 { parsed.listCounts = Array(repeating: 0, count: layout.itemLists.count) }
        defer { if !parsed.itemPositions.isEmpty { parsed.finishItems(by: layout) } }
        guard request.readsBody(parsed.request.method) else {
            return try parsed.take(Array(parsed.request.query.utf8), by: layout) { .query($0) }
        }
        parsed.hasBody = !parsed.request.body.isEmpty
        try request.readBody(by: layout, into: &parsed)
        if !parsed.request.query.isEmpty { parsed.takeBesideBody(Array(parsed.request.query.utf8), by: layout) }
    }

    /// The values that prove the sender of a request that cannot be parsed: headers, and secrets of the query and of a body whose format can
    /// still find them. If a name was sent twice, the first value counts.
    package func parseCredentials(_ request: WireRequest, pathValues: [String: String] = [:]) -> ParsedRequest {
        var parsed = ParsedRequest(slots: .none, pathValues: pathValues, request: request)
        let query = Parameters(decoding: Array(request.query.utf8), upTo: 0, elseOnly: layout.secretNames)
        parsed.takeSecrets(query.pairs, by: layout) { .query($0) }
        guard self.request.readsBody(request.method) else { return parsed }
        parsed.hasBody = !request.body.isEmpty
        let format = (try? self.request.format(of: request)) ?? nil
        parsed.format = format ?? self.request.formats.first
        if let format { parsed.takeSecrets(format.membersOfUnreadable(request.body, among: layout.secretNames), by: layout) { .body($0) } }
        return parsed
    }
}
