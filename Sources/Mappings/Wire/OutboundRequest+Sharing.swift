extension OutboundRequest {
    /// Whether both can be sent in one request: they differ in nothing but the conversion in their lists.
    package func canShare(with other: OutboundRequest) -> Bool {
        guard let element, let otherElement = other.element, method == other.method, url == other.url, update == other.update,
            headers.elementsEqual(other.headers, by: { $0.name == $1.name && $0.value == $1.value })
        else { return false }
        return body[..<element.lowerBound] == other.body[..<otherElement.lowerBound]
            && body[element.upperBound...] == other.body[otherElement.upperBound...]
    }

    /// One body with all their conversions, in their order.
    package static func joinedBody(of members: [OutboundRequest]) -> [UInt8] {
        guard let first = members.first, let element = first.element else { return members.first?.body ?? [] }
        var body = Array(first.body[..<element.upperBound])
        for member in members.dropFirst() {
            guard let element = member.element else { continue }
            body.append(UInt8(ascii: ","))
            body += member.body[element]
        }
        return body + first.body[element.upperBound...]
    }
}
