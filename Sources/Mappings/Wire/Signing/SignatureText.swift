/// What is signed, as a text of parts: `{id}.{timestamp}.{raw_body}`.
package struct SignatureText: Sendable {
    enum Part: Sendable, Equatable {
        case literal(String)
        case key
        case rawBody, timestamp, id, method, path, url
        case field(Parameter)
    }

    /// One of the mapping's parameters, by its wire name.
    struct Parameter: Sendable, Equatable {
        var name: String
        /// Its place in the mapping's list; nil if the request has none of that name, whose text is then empty.
        var index: Int?
        /// Where a received request has its value, and those of its aliases.
        var slots: [Int]
    }

    /// As the mapping has it.
    package let source: String
    var parts: [Part]

    static let names: [(name: String, part: Part)] = [
        ("raw_body", .rawBody), ("timestamp", .timestamp), ("id", .id), ("method", .method), ("path", .path), ("url", .url), ("key", .key),
    ]

    var coversBody: Bool { parts.contains(.rawBody) }
    var coversQuery: Bool { parts.contains(.url) }
    var parameters: [Parameter] { parts.compactMap { if case .field(let parameter) = $0 { parameter } else { nil } } }

    /// Whether it binds anything that the request says.
    ///
    /// - Parameter isInBody: whether the parameters are in a body.
    func coversContent(isInBody: Bool) -> Bool { coversBody || coversQuery && !isInBody || !parameters.isEmpty }

    /// The same for a request with other fields.
    func resolved(_ fields: [FieldPlan]) -> SignatureText {
        var text = self
        for (index, part) in parts.enumerated() {
            guard case .field(let parameter) = part else { continue }
            text.parts[index] = .field(Parameter(named: parameter.name, among: fields))
        }
        return text
    }
}

extension SignatureText.Parameter {
    init(named name: String, among fields: [FieldPlan]) {
        let index = fields.firstIndex { $0.name == name }
        let reading = index.flatMap { fields[$0].reading }
        self.init(name: name, index: index, slots: reading.map { [$0.slot] + $0.aliases.map(\.slot) } ?? [])
    }
}

extension SignaturePlan {
    func resolved(_ fields: [FieldPlan]) -> SignaturePlan {
        var plan = self
        plan.text = text?.resolved(fields)
        return plan
    }
}

/// A text that is signed, ready but for the key.
struct SignedMessage {
    enum Piece {
        case bytes([UInt8])
        case key
    }

    var pieces: [Piece]

    func bytes(_ key: [UInt8]) -> [UInt8] {
        if pieces.count == 1, case .bytes(let bytes) = pieces[0] { return bytes }
        return pieces.reduce(into: []) { bytes, piece in
            switch piece {
            case .bytes(let own): bytes += own
            case .key: bytes += key
            }
        }
    }

    /// Without the key.
    var count: Int {
        pieces.reduce(0) { count, piece in
            if case .bytes(let bytes) = piece { count + bytes.count } else { count }
        }
    }
}

extension SignatureText {
    /// Why a text is not compared with a signature, as a part of a sentence.
    struct Ambiguity: Error {
        var sentence: String
    }

    func message(_ value: (Part) -> [UInt8]) -> SignedMessage {
        SignedMessage(
            pieces: parts.map { part in
                switch part {
                case .literal(let text): .bytes(Array(text.utf8))
                case .key: .key
                default: .bytes(value(part))
                }
            })
    }

    /// Why other values would have the same text; nil if none would.
    ///
    /// A text is believed only if it can be taken apart in one way. One value may hold anything: the body, else the last. Each value before it
    /// must not hold what stands between it and the next, and each behind it not what stands before it. Values with nothing between them are
    /// parted if the first is of digits, letters or an address's characters, and the next begins with none of these. Two parameters with
    /// nothing between them are believed: the mapping's author was warned.
    func ambiguity(_ value: (Part) -> [UInt8]) -> Ambiguity? {
        let values = parts.indices.filter { parts[$0].isValue }
        guard let wild = values.first(where: { parts[$0] == .rawBody }) ?? values.first(where: { parts[$0] == .url }) ?? values.last else {
            return nil
        }
        for (left, right) in zip(values, values.dropFirst()) {
            let between = parts[(left + 1)..<right]
            let separator = between.fixedBytes
            if between.contains(.key) { continue }
            let (own, other) = right <= wild ? (left, right) : (right, left)
            if separator.isEmpty {
                if parts[own].isField, parts[other].isField { continue }
                guard Self.isParted(value(parts[left]), value(parts[right]), isDecidedByLeft: own == left) else {
                    return Ambiguity(sentence: "nothing parts \(parts[left].words) from \(parts[right].words)")
                }
            } else if value(parts[own]).holds(separator, besideRight: own == left) {
                return Ambiguity(
                    sentence: "\(parts[own].words) holds '\(String(decoding: separator, as: UTF8.self))', which parts the values")
            }
        }
        return nil
    }

    private static func isParted(_ left: [UInt8], _ right: [UInt8], isDecidedByLeft: Bool) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte & 0xDF) }
        func isInAddress(_ byte: UInt8) -> Bool { isDigit(byte) || isLetter(byte) || "-._~%!$&'()*+,;=:@/?".utf8.contains(byte) }
        let (own, neighbour) = isDecidedByLeft ? (left, right.first) : (right, left.last)
        guard let neighbour, !own.isEmpty else { return false }
        let kinds: [(UInt8) -> Bool] = [isDigit, isLetter, isInAddress]
        return kinds.contains { isKind in own.allSatisfy(isKind) && !isKind(neighbour) }
    }
}

extension SignatureText.Part {
    fileprivate var isValue: Bool {
        switch self {
        case .literal, .key: false
        default: true
        }
    }

    fileprivate var isField: Bool {
        if case .field = self { true } else { false }
    }

    /// As a sentence says it.
    fileprivate var words: String {
        switch self {
        case .field(let parameter): "the value of \(parameter.name.quotedBriefly)"
        case .rawBody: "the body"
        case .timestamp: "the timestamp"
        case .id: "the id"
        case .method: "the method"
        case .path: "the path"
        case .url: "the address"
        case .literal, .key: "the text"
        }
    }
}

extension ArraySlice<SignatureText.Part> {
    fileprivate var fixedBytes: [UInt8] {
        reduce(into: []) { bytes, part in if case .literal(let text) = part { bytes += text.utf8 } }
    }
}

extension [UInt8] {
    /// Whether a separator behind it, or before it, could be found earlier, or later, than it is.
    fileprivate func holds(_ separator: [UInt8], besideRight: Bool) -> Bool {
        let text = besideRight ? self + separator : separator + self
        let place = (0...count).first { start in
            let index = besideRight ? start : count - start
            return text[index..<(index + separator.count)].elementsEqual(separator)
        }
        return place != count
    }
}
