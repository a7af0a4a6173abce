extension XMLBodyFormat {
    /// Elements and attributes of these names wherever they are, and parameters, since the body may be something else.
    func masking(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        let masked = XMLEncoding.changingWide(body) { Self.masked(names, in: $0, with: mask) } ?? Self.masked(names, in: body, with: mask)
        return Parameters.masking(names, in: masked, with: mask)
    }

    private static func masked(_ names: Set<String>, in body: [UInt8], with mask: String) -> [UInt8] {
        var masked: [UInt8] = []
        masked.reserveCapacity(body.count)
        var done = 0
        var index = 0
        while index < body.count {
            guard body[index] == UInt8(ascii: "<"), let tag = Tag(in: body, at: index) else {
                index += 1
                continue
            }
            index = tag.end
            for (name, value) in tag.attributes where names.holds(name, isAttribute: true) {
                masked += body[done..<value.lowerBound]
                masked += mask.utf8
                done = value.upperBound
            }
            guard !tag.isEnd, !tag.isClosed, names.holds(tag.name, isAttribute: false) else { continue }
            let end = contentEnd(of: tag, in: body)
            masked += body[done..<tag.end]
            masked += mask.utf8
            (done, index) = (end, end)
        }
        return masked + body[done...]
    }

    /// Without an end, all that follows is hidden.
    private static func contentEnd(of tag: Tag, in body: [UInt8]) -> Int {
        var open = 1
        var index = tag.end
        while index < body.count {
            guard body[index] == UInt8(ascii: "<"), let next = Tag(in: body, at: index) else {
                index += 1
                continue
            }
            if next.name == tag.name, !next.isClosed { open += next.isEnd ? -1 : 1 }
            if open == 0 { return index }
            index = next.end
        }
        return body.count
    }

    /// A tag, complete or not.
    private struct Tag {
        var name = ""
        var attributes: [(name: String, value: Range<Int>)] = []
        /// Behind it.
        var end: Int
        var isEnd = false
        /// Whether nothing is in it: `<key/>`.
        var isClosed = false

        init?(in body: [UInt8], at start: Int) {
            end = start + 1
            isEnd = end < body.count && body[end] == UInt8(ascii: "/")
            if isEnd { end += 1 }
            name = Self.word(in: body, &end)
            guard !name.isEmpty, name.first != "!", name.first != "?" else { return nil }
            while end < body.count {
                switch body[end] {
                case UInt8(ascii: ">"):
                    end += 1
                    return
                case UInt8(ascii: "<"): return
                case UInt8(ascii: "/"):
                    isClosed = end + 1 < body.count && body[end + 1] == UInt8(ascii: ">")
                    end += 1
                case UInt8(ascii: "="), 0...0x20: end += 1
                default: takeAttribute(in: body)
                }
            }
        }

        private mutating func takeAttribute(in body: [UInt8]) {
            let start = end
            let name = Self.word(in: body, &end)
            if end == start { end += 1 }
            var place = end
            while place < body.count, body[place] <= 0x20 || body[place] == UInt8(ascii: "=") { place += 1 }
            guard place < body.count, place > end, [UInt8(ascii: "\""), UInt8(ascii: "'")].contains(body[place]) else { return }
            let close = body[(place + 1)...].firstIndex(of: body[place]) ?? body.count
            attributes.append((name, place + 1..<close))
            end = min(close + 1, body.count)
        }

        private static func word(in body: [UInt8], _ place: inout Int) -> String {
            let start = place
            while place < body.count, body[place] > 0x20, !"<>/=\"'".utf8.contains(body[place]) { place += 1 }
            return String(decoding: body[start..<place], as: UTF8.self)
        }
    }
}

extension Set<String> {
    /// Whether a secret has this name, with or without the prefix of a namespace.
    fileprivate func holds(_ name: String, isAttribute: Bool) -> Bool {
        let local = name.localXMLName
        return contains(name) || contains(local) || isAttribute && (contains("@\(name)") || contains("@\(local)"))
    }
}
