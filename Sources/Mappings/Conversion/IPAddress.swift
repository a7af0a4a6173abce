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
        if let bits = Self.v4(text.utf8) {
            self.init(family: .v4, bits: UInt128(bits))
        } else if let bits = Self.v6(text.utf8) {
            self.init(family: .v6, bits: bits)
        } else {
            return nil
        }
    }

    /// What comes before an IPv4 address that is written as IPv6.
    package static let mappedPrefix: UInt128 = 0xFFFF

    package static func v4(_ bytes: some Collection<UInt8>) -> UInt32? {
        guard (7...15).contains(bytes.count) else { return nil }
        var bits: UInt32 = 0
        var count = 0
        for part in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard let number = decimal(part, maximum: 255) else { return nil }
            count += 1
            guard count <= 4 else { return nil }
            bits = bits << 8 | UInt32(number)
        }
        return count == 4 ? bits : nil
    }

    /// RFC 4291, section 2.2.
    package static func v6(_ bytes: some Collection<UInt8>) -> UInt128? {
        guard (2...45).contains(bytes.count) else { return nil }
        var groups = Array(bytes).split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).map(Array.init)
        guard groups.count >= 3 else { return nil }
        var tail: [UInt16] = []
        if let last = groups.last, last.contains(UInt8(ascii: ".")) {
            guard let bits = v4(last) else { return nil }
            tail = [UInt16(bits >> 16), UInt16(bits & 0xFFFF)]
            groups.removeLast()
        }
        // `::` leaves an empty group in the middle, and one more if it is at an end.
        if groups.count >= 2, groups[0].isEmpty, groups[1].isEmpty { groups.removeFirst() }
        if tail.isEmpty, groups.count >= 2, groups[groups.count - 1].isEmpty, groups[groups.count - 2].isEmpty { groups.removeLast() }
        let gaps = groups.indices.filter { groups[$0].isEmpty }
        guard gaps.count <= 1 else { return nil }
        var numbers: [UInt16] = []
        for group in groups where !group.isEmpty {
            guard let number = hexadecimal(group) else { return nil }
            numbers.append(number)
        }
        let missing = 8 - numbers.count - tail.count
        guard gaps.isEmpty ? missing == 0 : missing >= 1 else { return nil }
        if let gap = gaps.first { numbers.insert(contentsOf: repeatElement(0, count: missing), at: gap) }
        return (numbers + tail).reduce(0) { $0 << 16 | UInt128($1) }
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

    private static func hexadecimal(_ digits: [UInt8]) -> UInt16? {
        guard digits.count <= 4 else { return nil }
        var number: UInt16 = 0
        for digit in digits {
            guard let value = digit.hexDigit else { return nil }
            number = number << 4 | UInt16(value)
        }
        return number
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
