extension Mapping {
    /// A request that holds several conversions, as a request for each; nil for any other, and for one with more than the tracker takes.
    package func requests(in request: WireRequest) -> [WireRequest]? {
        guard let batch = self.request.batch, let list = self.request.list, request.body.firstOfText != nil,
            let body = try? JSONValue(parsing: request.body.withoutByteOrderMark)
        else { return nil }
        let names = list.compactMap { if case .member(let name) = $0 { name } else { nil } }
        guard case .array(let elements)? = body.value(at: names[...]), (2...batch.most).contains(elements.count) else { return nil }
        return elements.map { element in
            var one = request
            var json = JSONWriter()
            json.write(body.with(.array([element]), at: names[...]))
            one.body = json.bytes
            return one
        }
    }
}

extension JSONValue {
    /// What the members lead to; nil if one of them is missing.
    func value(at names: ArraySlice<String>) -> JSONValue? {
        guard let name = names.first else { return self }
        return self[name]?.value(at: names.dropFirst())
    }

    /// With this value where the members lead to; those that are missing are made.
    func with(_ value: JSONValue, at names: ArraySlice<String>) -> JSONValue {
        guard let name = names.first else { return value }
        var object = if case .object(let own) = self { own } else { JSONObject() }
        object[name] = (object[name] ?? .object([:])).with(value, at: names.dropFirst())
        return .object(object)
    }
}
