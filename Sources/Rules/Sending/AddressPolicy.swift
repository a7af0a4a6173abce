import Mappings

/// Which addresses a destination may be reached at: those of the public internet, and what its `allow_networks` names.
///
/// A tracker's name is somebody else's DNS answer, and a postback URL may come from anybody. Without this rule either could point the gateway at
/// the machine it runs on, at a cloud's metadata service or at the private network behind it.
package struct AddressPolicy: Sendable {
    /// As it is in the packet: an IPv4 address written as IPv6 is IPv6 here.
    package enum Address: Sendable, Hashable {
        case v4(UInt32)
        case v6(UInt128)

        package init(_ address: IPAddress) {
            self = address.family == .v4 ? .v4(UInt32(truncatingIfNeeded: address.bits)) : .v6(address.bits)
        }

        /// For sentences.
        package var shown: String {
            switch self {
            case .v4(let bits): "\(IPAddress(family: .v4, bits: UInt128(bits)))"
            case .v6(let bits) where bits >> 32 == IPAddress.mappedPrefix: "::ffff:\(IPAddress(family: .v6, bits: bits))"
            case .v6(let bits): "\(IPAddress(family: .v6, bits: bits))"
            }
        }
    }

    package struct Refusal: Sendable, Hashable {
        /// What is wrong with the address, as the end of `… is`.
        package var kind: String
        /// What would allow it.
        package var network: IPNetwork

        package init(kind: String, network: IPNetwork) {
            self.kind = kind
            self.network = network
        }
    }

    package var allowed: [IPNetwork] = []

    package init(allowed: [IPNetwork] = []) {
        self.allowed = allowed
    }

    /// Nil if a connection may go there.
    package func refusal(of address: Address) -> Refusal? {
        switch address {
        case .v4(let bits): refusal(v4: bits)
        case .v6(let bits): refusal(v6: bits)
        }
    }

    private func refusal(v4 bits: UInt32) -> Refusal? {
        let address = IPAddress(family: .v4, bits: UInt128(bits))
        return allowed.contains(address) ? nil : SpecialNetwork.of(address).map { Refusal(kind: $0.kind, network: $0.network) }
    }

    private func refusal(v6 bits: UInt128) -> Refusal? {
        if bits >> 32 == IPAddress.mappedPrefix {
            let inner = IPAddress(family: .v4, bits: bits & 0xFFFF_FFFF)
            if allowed.contains(inner) { return nil }
            let special = SpecialNetwork.of(inner)
            return Refusal(kind: special?.kind ?? "an IPv4 address written as IPv6", network: special?.network ?? IPNetwork(inner))
        }
        for (form, inner) in Self.embedded(in: bits) {
            guard let refusal = refusal(v4: inner) else { continue }
            let shown = IPAddress(family: .v4, bits: UInt128(inner))
            return Refusal(kind: "\(form) to \(shown), which is \(refusal.kind)", network: refusal.network)
        }
        let address = IPAddress(family: .v6, bits: bits)
        if allowed.contains(address) { return nil }
        if let special = SpecialNetwork.of(address) { return Refusal(kind: special.kind, network: special.network) }
        // 2000::/3 is all of IPv6 that is given out for public use.
        return bits >> 125 == 1 ? nil : Refusal(kind: "reserved", network: IPNetwork(address))
    }

    /// The IPv4 addresses that a translator or tunnel on the way would send to.
    private static func embedded(in bits: UInt128) -> [(form: String, address: UInt32)] {
        func part(_ shift: Int) -> UInt32 { UInt32(truncatingIfNeeded: bits >> shift) }
        if bits >> 32 == 0x0064_FF9B_0000_0000_0000_0000 { return [("NAT64", part(0))] }
        if bits >> 32 == 0, bits > 1 { return [("the old IPv4-compatible form", part(0))] }
        if bits >> 112 == 0x2002 { return [("6to4", part(80))] }
        if bits >> 96 == 0x2001_0000 { return [("Teredo", part(64)), ("Teredo", ~part(0))] }
        return []
    }
}

/// A range of addresses that is no part of the public internet, after IANA's registries of special-purpose addresses.
package struct SpecialNetwork: Sendable {
    /// As the end of `… is`.
    package let kind: String
    package let network: IPNetwork

    private init(_ network: String, _ kind: String) {
        guard let network = try? IPNetwork(parsing: network) else { preconditionFailure("'\(network)' is no network") }
        self.kind = kind
        self.network = network
    }

    /// The narrowest comes first.
    package static let all = [
        Self("0.0.0.0", "unspecified"), Self("0.0.0.0/8", "this network's own"), Self("127.0.0.0/8", "loopback"),
        Self("10.0.0.0/8", "private"), Self("172.16.0.0/12", "private"), Self("192.168.0.0/16", "private"),
        Self("100.64.0.0/10", "a carrier's own (CGNAT)"),
        Self("169.254.169.254", "link-local (a cloud's metadata service)"), Self("169.254.0.0/16", "link-local"),
        Self("192.0.0.0/24", "reserved for protocols"), Self("192.88.99.0/24", "a 6to4 relay"),
        Self("192.0.2.0/24", "for documentation"), Self("198.51.100.0/24", "for documentation"),
        Self("203.0.113.0/24", "for documentation"),
        Self("198.18.0.0/15", "for benchmarks"), Self("224.0.0.0/4", "multicast"), Self("255.255.255.255", "broadcast"),
        Self("240.0.0.0/4", "reserved"),
        Self("::", "unspecified"), Self("::1", "loopback"), Self("::/96", "of the old IPv4-compatible form"),
        Self("64:ff9b::/96", "NAT64"), Self("64:ff9b:1::/48", "NAT64"), Self("100::/64", "for discarding"),
        Self("2001:2::/48", "for benchmarks"), Self("2001:10::/28", "no address but a hash"), Self("2001:20::/28", "no address but a hash"),
        Self("2001:db8::/32", "for documentation"), Self("3fff::/20", "for documentation"), Self("fc00::/7", "private"),
        Self("fe80::/10", "link-local"), Self("fec0::/10", "site-local"), Self("ff00::/8", "multicast"),
    ]

    package static func of(_ address: IPAddress) -> SpecialNetwork? { all.first { $0.network.contains(address) } }

    /// What a network lets in that is not public, each word once.
    package static func kinds(in network: IPNetwork) -> [String] {
        var kinds = [of(network.base)?.kind].compactMap(\.self)
        for special in all where network.contains(special.network.base) && !kinds.contains(special.kind) { kinds.append(special.kind) }
        return kinds
    }
}
