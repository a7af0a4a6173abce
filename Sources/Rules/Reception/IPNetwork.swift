import Mappings

/// A range of addresses, `203.0.113.0/24` or `2001:db8::/32`, or a single address.
///
/// `0.0.0.0/0` holds every IPv4 address and no IPv6 address; `::/0` the other way round.
package struct IPNetwork: Sendable, Hashable {
    package let base: IPAddress
    package let prefix: Int

    /// Why a text is no network: a sentence that quotes it.
    package struct Failure: Error, Equatable {
        package var message: String

        package init(message: String) {
            self.message = message
        }
    }

    package init(_ address: IPAddress) { self.init(base: address, prefix: address.family.width) }

    private init(base: IPAddress, prefix: Int) {
        self.base = base
        self.prefix = prefix
    }

    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPAddress(parts[0]) else {
            throw Failure(message: "\(text.quotedBriefly) is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32")
        }
        guard parts.count == 2 else {
            self.init(address)
            return
        }
        let isMapped = address.family == .v4 && parts[0].contains(":")
        let allowed = isMapped ? 96...128 : 0...address.family.width
        guard let written = IPAddress.decimal(parts[1].utf8, maximum: 128), allowed.contains(written) else {
            throw Failure(
                message: "the prefix of \(text.quotedBriefly) must be a number from \(allowed.lowerBound) to \(allowed.upperBound)")
        }
        let prefix = isMapped ? written - 96 : written
        let base = IPAddress(family: address.family, bits: address.bits & Self.mask(address.family, prefix))
        guard base == address else {
            throw Failure(
                message:
                    "\(text.quotedBriefly) is an address inside a network; write \(base)/\(prefix) for the network or \(address) for the address"
            )
        }
        self.init(base: base, prefix: prefix)
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && address.bits & Self.mask(base.family, prefix) == base.bits
    }

    private static func mask(_ family: IPAddress.Family, _ prefix: Int) -> UInt128 {
        let all: UInt128 = family == .v4 ? 0xFFFF_FFFF : .max
        // A shift by the whole width gives 0, as it should.
        return all << (family.width - prefix) & all
    }
}

extension IPNetwork: CustomStringConvertible {
    package var description: String { prefix == base.family.width ? "\(base)" : "\(base)/\(prefix)" }
}

extension [IPNetwork] {
    package func contains(_ address: IPAddress) -> Bool { contains { $0.contains(address) } }
}
