extension JSONBodyFormat {
    func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        guard let document = try? JSONDocument(placesOf: body) else {
            return names.sorted().reduce(body) { Self.maskBroken($0, $1, with: mask) }
        }
        let keys = names.map { Array($0.utf8) }
        // From the end, so that the places before a change stay what they are.
        let places = document.members(document.root)
            .filter { key, _ in keys.contains { document.key(key, equals: $0) } }
            .map { _, value in (document.range(of: value), document.kind(value) == .string) }
        var masked = body
        for (range, isQuoted) in places.reversed() {
            masked.replaceSubrange(range, with: Array((isQuoted ? mask : "\"\(mask)\"").utf8))
        }
        return masked
    }

    /// Hides whatever follows `"name":` in a text that is not quite JSON, up to the string's end or the next separator.
    private static func maskBroken(_ body: [UInt8], _ name: String, with mask: String) -> [UInt8] {
        let key = Array("\"\(name)\"".utf8)
        var masked: [UInt8] = []
        var index = 0
        while index < body.count {
            guard body[index] == UInt8(ascii: "\""), body[index...].starts(with: key) else {
                masked.append(body[index])
                index += 1
                continue
            }
            var next = index + key.count
            while next < body.count, body[next] <= 0x20 || body[next] == UInt8(ascii: ":") { next += 1 }
            masked += body[index..<next]
            index = end(ofValueAt: next, in: body)
            if index > next { masked += Array("\"\(mask)\"".utf8) }
        }
        return masked
    }

    private static func end(ofValueAt start: Int, in body: [UInt8]) -> Int {
        var index = start
        guard index < body.count, body[index] == UInt8(ascii: "\"") else {
            while index < body.count, ![UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "\n")].contains(body[index]) { index += 1 }
            return index
        }
        index += 1
        while index < body.count, body[index] != UInt8(ascii: "\"") { index += body[index] == UInt8(ascii: "\\") ? 2 : 1 }
        return min(index + 1, body.count)
    }
}
