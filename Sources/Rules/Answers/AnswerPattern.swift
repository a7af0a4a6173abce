import Mappings

/// One entry of a destination's `answers:`: all that it names must fit.
package struct AnswerPattern: Sendable, Equatable {
    package struct Member: Sendable, Equatable {
        /// The member's name, and before it those of the objects that it is in.
        package var path: [String]
        package var values: [String]

        package init(path: [String], values: [String]) {
            self.path = path
            self.values = values
        }
    }
    package struct Header: Sendable, Equatable {
        /// In lower case.
        package var name: String
        package var values: [String]

        package init(name: String, values: [String]) {
            self.name = name
            self.values = values
        }
    }
    package var outcome: ReplyReading.Outcome
    /// Empty: 2xx for `delivered`; for the others also every 4xx but 408, 425 and 429.
    package var statuses: [ClosedRange<Int>] = []
    /// One of them is in the body, as whole words. An empty one is an empty body.
    package var texts: [String] = []
    package var members: [Member] = []
    package var headers: [Header] = []

    /// A value that means any but null.
    package static let anything = "*"

    package init(
        _ outcome: ReplyReading.Outcome, statuses: [ClosedRange<Int>] = [], texts: [String] = [], members: [Member] = [],
        headers: [Header] = []
    ) {
        self.outcome = outcome
        self.statuses = statuses
        self.texts = texts
        self.members = members
        self.headers = headers
    }

    func fits(_ reply: Reply, _ content: AnswerContent) -> Bool {
        guard fits(status: reply.status) else { return false }
        if !texts.isEmpty, !texts.contains(where: { Self.has($0, reply.body) }) { return false }
        if !members.isEmpty {
            guard case .json(let value) = content, members.allSatisfy({ Self.has($0, value) }) else { return false }
        }
        return headers.allSatisfy { header in
            guard let value = reply.headers[header.name] else { return false }
            return header.values.contains { $0 == Self.anything || $0.lowercased() == value.lowercased() }
        }
    }

    private func fits(status: Int) -> Bool {
        if !statuses.isEmpty { return statuses.contains { $0.contains(status) } }
        if (200..<300).contains(status) { return true }
        return outcome != .delivered && (400..<500).contains(status) && ![408, 425, 429].contains(status)
    }

    /// Whatever the case, and not as a part of a word: `OK` is not in `TOKEN`, `1` not in `10`.
    private static func has(_ text: String, _ body: [UInt8]) -> Bool {
        let wanted = Array(text.lowercased().unicodeScalars)
        guard let first = wanted.first, let last = wanted.last else { return body.allSatisfy { $0 <= 0x20 } }
        let lower = Array(String(decoding: body, as: UTF8.self).lowercased().unicodeScalars)
        var rest = lower[...]
        while let found = rest.firstRange(of: wanted) {
            let before = found.lowerBound > 0 && lower[found.lowerBound - 1].joins && first.joins
            let behind = found.upperBound < lower.count && lower[found.upperBound].joins && last.joins
            if !before, !behind { return true }
            rest = lower[(found.lowerBound + 1)...]
        }
        return false
    }

    private static func has(_ member: Member, _ value: JSONValue) -> Bool {
        let found = member.path.reduce(JSONValue?.some(value)) { value, name in value.flatMap { self.member(name, of: $0) } } ?? .null
        let text: String
        switch found {
        case .null: text = "null"
        case .bool(let flag): text = "\(flag)"
        case .string(let own), .number(let own): text = own
        case .array, .object: text = "*"
        }
        return member.values.contains { $0 == text || $0 == anything && text != "null" }
    }

    /// Of a list by its position: `errors.0.message`.
    private static func member(_ name: String, of value: JSONValue) -> JSONValue? {
        guard case .array(let elements) = value else { return value[name] }
        return Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
    }
}

extension Unicode.Scalar {
    /// Whether it and a letter beside it are one word. Chinese, Japanese, Thai and others do not separate words.
    fileprivate var joins: Bool {
        if isASCII { return ErrorWords.isLetter(UInt8(value)) }
        switch value {
        // Thai to Khmer, kana, ideographs.
        case 0x0E00...0x109F, 0x1780...0x17FF, 0x3005...0x30FF, 0x31F0...0x31FF, 0x3400...0x9FFF, 0xF900...0xFAFF, 0x20000...: return false
        default: return properties.isAlphabetic || properties.numericType != nil
        }
    }
}
