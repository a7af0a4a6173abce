/// The pairs of a query or form as their sender wrote them, without the signature's.
struct SentParameters {
    private let bytes: [UInt8]
    private let pairs: [(range: Range<Int>, name: String)]
    /// The signature's pair; nil if it is elsewhere.
    private let signature: Range<Int>?
    /// How often the signature is there.
    let signatures: Int

    private init(_ bytes: [UInt8], without names: [String]) {
        var pairs: [(range: Range<Int>, name: String)] = []
        var signature: Range<Int>?
        var signatures = 0
        Parameters.forEachPart(bytes) { part in
            let name = Self.name(of: part)
            if names.contains(name) {
                signature = part.startIndex..<part.endIndex
                signatures += 1
            } else {
                pairs.append((part.startIndex..<part.endIndex, name))
            }
        }
        self.bytes = bytes
        self.pairs = pairs
        self.signature = signature
        self.signatures = signatures
    }

    /// The bytes as they came, then as they were before something on their way spelled them in another way: an HTML page, or the gateway itself,
    /// which encodes what HTTP does not allow in an address.
    static func all(_ bytes: [UInt8], without names: [String]) -> [SentParameters] {
        var all = [SentParameters(bytes, without: names)]
        let bytes = bytes.withoutByteOrderMark
        if bytes.count < all[0].bytes.count { all.append(SentParameters(bytes, without: names)) }
        if let repaired = repaired(bytes) { all.append(SentParameters(repaired, without: names)) }
        if let decoded = decoded(bytes) { all.append(SentParameters(decoded, without: names)) }
        return all
    }

    var isEmpty: Bool { pairs.isEmpty }

    /// In the order sent.
    var asSent: [UInt8] {
        guard let signature else { return bytes }
        // With the sign before it, or behind it if it is the first.
        let start = signature.lowerBound > 0 ? signature.lowerBound - 1 : 0
        let end = signature.lowerBound > 0 ? signature.upperBound : min(signature.upperBound + 1, bytes.count)
        return Array(bytes[..<start] + bytes[end...])
    }

    /// In the order of the names.
    var sorted: [UInt8] { joined(pairs.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) }

    /// In the order of the pairs' own bytes, where `a1=` is behind `a10=`.
    var sortedWhole: [UInt8] { joined(pairs.sorted { bytes[$0.range].lexicographicallyPrecedes(bytes[$1.range]) }) }

    private func joined(_ pairs: [(range: Range<Int>, name: String)]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for pair in pairs {
            if !text.isEmpty { text.append(UInt8(ascii: "&")) }
            text += bytes[pair.range]
        }
        return text
    }

    /// As `Parameters` reads it.
    private static func name(of part: ArraySlice<UInt8>) -> String {
        let name = Parameters.decode(part.prefix { $0 != UInt8(ascii: "=") })
        return name.hasPrefix("amp;") && name.utf8.count > 4 ? String(name.dropFirst(4)) : name
    }

    private static func repaired(_ bytes: [UInt8]) -> [UInt8]? {
        var repaired = bytes
        let isMangled = Parameters.repairCurrency(&repaired)
        let amp = Array("amp;".utf8)
        var parts: [ArraySlice<UInt8>] = []
        var isEscaped = false
        Parameters.forEachPart(repaired) { part in
            let isOne = part.count > amp.count && part.starts(with: amp)
            if isOne { isEscaped = true }
            parts.append(isOne ? part.dropFirst(amp.count) : part)
        }
        if isEscaped { return Array(parts.joined(separator: [UInt8(ascii: "&")])) }
        return isMangled ? repaired : nil
    }

    /// Letters beyond ASCII as they are; nil if none are encoded.
    private static func decoded(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.contains(UInt8(ascii: "%")) else { return nil }
        var decoded: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count, let high = bytes[index + 1].hexDigit, high >= 8,
                let low = bytes[index + 2].hexDigit
            {
                decoded.append(UInt8(high << 4 | low))
                index += 3
            } else {
                decoded.append(bytes[index])
                index += 1
            }
        }
        return decoded.count < bytes.count ? decoded : nil
    }
}
