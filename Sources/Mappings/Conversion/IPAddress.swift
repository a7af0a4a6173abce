/// An IPv4 or IPv6 address. An IPv4 address written as IPv6 (`::ffff:203.0.113.7`) is that IPv4 address, so one rule covers both.
package struct IPAddress: Sendable, Hashable {
    package enum Family: Sendable, Hashable {
        case v4, v6

        package var width: Int { self == .v4 ? 32 : 128 }
    }

    package let family: Family
    /// Network byte order; an IPv4 address fills the lowest 32 bits.
    package let bits: UInt128

    package init(family: Family, bits: UInt128) {
        let isMapped = family == .v6 && bits >> 32 == Self.mappedPrefix
        self.family = isMapped ? .v4 : family
        self.bits = isMapped ? bits & 0xFFFF_FFFF : bits
    }

    /// Nil for anything but one address: no port, brackets, zone or white space; leading zeros are refused, since some read them as octal.
    package init?(_ text: some StringProtocol) {
        guard let address = Self.reading(text.utf8, { IPAddress(bytes: $0) }) else { return nil }
        self = address
    }

    package init?(bytes: UnsafeBufferPointer<UInt8>) {
        if let bits = Self.readV4(bytes) {
            self.init(family: .v4, bits: UInt128(bits))
        } else if let bits = Self.readV6(bytes) {
            self.init(family: .v6, bits: bits)
        } else {
            return nil
        }
    }

    /// What comes before an IPv4 address that is written as IPv6.
    package static let mappedPrefix: UInt128 = 0xFFFF

    package static func v4(_ bytes: some Collection<UInt8>) -> UInt32? { reading(bytes) { readV4($0) } }

    /// RFC 4291, section 2.2.
    package static func v6(_ bytes: some Collection<UInt8>) -> UInt128? { reading(bytes) { readV6($0) } }

    private static func reading<Result>(_ bytes: some Collection<UInt8>, _ read: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        if let result = bytes.withContiguousStorageIfAvailable(read) { return result }
        // No address is longer than 45 bytes.
        return Array(bytes.prefix(46)).withUnsafeBufferPointer(read)
    }

    package static func readV4(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32? {
        guard (7...15).contains(bytes.count) else { return nil }
        var (bits, number): (UInt32, UInt32) = (0, 0)
        var (digits, dots) = (0, 0)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0, number == 0 { return nil }
                number = number * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                if number > 255 { return nil }
            case UInt8(ascii: "."):
                guard digits > 0, dots < 3 else { return nil }
                bits = bits << 8 | number
                (number, digits, dots) = (0, 0, dots + 1)
            default: return nil
            }
        }
        return digits > 0 && dots == 3 ? bits << 8 | number : nil
    }

    package static func readV6(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt128? {
        let end = bytes.count
        guard (2...45).contains(end) else { return nil }
        // The groups so far, and how many of them were before `::`.
        var (bits, count): (UInt128, Int) = (0, 0)
        var gap: Int?
        var index = 0
        if bytes[0] == UInt8(ascii: ":") {
            guard bytes[1] == UInt8(ascii: ":") else { return nil }
            (gap, index) = (0, 2)
        }
        while index < end {
            let start = index
            var group: UInt32 = 0
            while index < end, index - start < 5, let digit = bytes[index].hexDigit {
                group = group << 4 | UInt32(digit)
                index += 1
            }
            if index < end, bytes[index] == UInt8(ascii: ".") {
                guard let tail = readV4(UnsafeBufferPointer(rebasing: bytes[start...])) else { return nil }
                (bits, count) = (bits << 32 | UInt128(tail), count + 2)
                break
            }
            guard (1...4).contains(index - start), count < 8 else { return nil }
            (bits, count) = (bits << 16 | UInt128(group), count + 1)
            if index == end { break }
            guard bytes[index] == UInt8(ascii: ":"), index + 1 < end else { return nil }
            index += 1
            guard bytes[index] == UInt8(ascii: ":") else { continue }
            guard gap == nil else { return nil }
            gap = count
            index += 1
        }
        guard let gap else { return count == 8 ? bits : nil }
        guard count < 8 else { return nil }
        // A shift by the whole width gives 0.
        let behind = 16 * (count - gap)
        return ((bits >> behind) << (128 - 16 * gap)) | (bits & ~(UInt128.max << behind))
    }

    /// Digits only, without leading zeros.
    package static func decimal(_ digits: some Collection<UInt8>, maximum: Int) -> Int? {
        guard let first = digits.first, digits.count <= 5, first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number <= maximum ? number : nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// IPv6 as RFC 5952 has it: lower case, the longest run of zeros as `::`.
    package var description: String {
        guard family == .v6 else {
            return [24, 16, 8, 0].map { String(bits >> $0 & 0xFF) }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
        var best = 0..<0
        var start = 0
        while start < 8 {
            let run = start..<(groups[start...].firstIndex { $0 != 0 } ?? 8)
            if run.count > best.count { best = run }
            start = run.upperBound + 1
        }
        func text(_ groups: ArraySlice<UInt16>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        guard best.count > 1 else { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}

extension IPAddress {
    /// The address, or of IPv6 the network of 64 bits, of which one subscriber has every address.
    package var subscriber: IPAddress { family == .v4 ? self : IPAddress(family: .v6, bits: bits & ~UInt128(UInt64.max)) }
}
