/// Where one answer to several conversions says what became of each.
package struct EachAnswer: Sendable {
    /// The members that lead to the list, whose elements are read as answers of their own; empty if the answer is the list.
    var place: [String]
    /// The member of an element that names its conversion, as the request has it; nil goes by position.
    var id: String?
}

extension Mapping {
    /// What a list in the answer says of each request that was sent together; nil inside for one that it does not name. Nil if the answer
    /// has no such list: it is about all of them.
    package func answers(toEach requests: [OutboundRequest], in body: [UInt8]) -> [[UInt8]?]? {
        guard let each = eachAnswer, var value = try? JSONValue(parsing: body.withoutByteOrderMark) else { return nil }
        for name in each.place {
            guard let member = value[name] else { return nil }
            value = member
        }
        guard case .array(let elements) = value else { return nil }
        guard let id = each.id else { return requests.indices.map { $0 < elements.count ? elements[$0].bytes : nil } }
        var named: [String: JSONValue] = [:]
        for element in elements {
            if let text = element[id]?.plainText, named[text] == nil { named[text] = element }
        }
        return requests.map { request in
            guard let place = request.element, let sent = try? JSONValue(parsing: Array(request.body[place])) else { return nil }
            return sent[id]?.plainText.flatMap { named[$0] }?.bytes
        }
    }
}

extension JSONValue {
    fileprivate var bytes: [UInt8] {
        var json = JSONWriter()
        json.write(self)
        return json.bytes
    }
}
