/// A JSON object: `{"click_id":"c-1","customer":{"email":"a@b.example"}}`.
final class JSONBodyFormat: BodyFormat {
    var name: String { "json" }
    var contentType: String { "application/json" }

    func isNamed(by mediaType: String) -> Bool {
        mediaType == "application/json" || mediaType == "text/json" || mediaType.hasSuffix("+json")
    }

    func fits(_ body: [UInt8]) -> Bool {
        let first = body.firstOfText
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    func members(of body: [UInt8]) -> JSONObject? {
        guard let document = try? JSONDocument.reading(body).document else { return nil }
        guard case .object(let object) = document.withUnsafeView({ $0.value($0.root) }) else { return nil }
        return object
    }

    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces {
        SentObject(body, without: names).map { .object($0) } ?? .none
    }

    func writer(of shape: BodyShape) -> any BodyWriter { JSONBodyWriter(shape.root) }

    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8] {
        var json = JSONWriter()
        json.string(value)
        let key = JSONWriter.encodedKey(name)
        guard body.contains(where: { $0 > 0x20 }) else { return [UInt8(ascii: "{")] + key + json.bytes + [UInt8(ascii: "}")] }
        guard let document = try? JSONDocument(placesOf: body), document.kind(document.root) == .object else { return body }
        var body = body
        if let member = document.member(name, of: document.root) {
            let range = document.range(of: member)
            let isQuoted = document.kind(member) == .string
            body.replaceSubrange(isQuoted ? range.lowerBound - 1..<range.upperBound + 1 : range, with: json.bytes)
        } else {
            let comma = document.count(document.root) > 0 ? [UInt8(ascii: ",")] : []
            body.insert(contentsOf: comma + key + json.bytes, at: document.range(of: document.root).upperBound - 1)
        }
        return body
    }
}

extension [UInt8] {
    /// The first byte that is neither white space nor part of a byte order mark.
    var firstOfText: UInt8? {
        let sign = first { $0 > 0x20 }
        return sign == 0xEF ? self[EncodingRepair.start(of: self)...].first : sign
    }
}
