import Mappings
import Rules
import Testing

struct AddressPolicyTests {
    private static func refusal(_ address: String, allow: [String] = []) throws -> AddressPolicy.Refusal? {
        let policy = AddressPolicy(allowed: try allow.map { try IPNetwork(parsing: $0) })
        let judged = IPAddress.v6(address.utf8).map { AddressPolicy.Address.v6($0) } ?? IPAddress(address).map { AddressPolicy.Address($0) }
        return policy.refusal(of: try #require(judged))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.0.1",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2001:4860:4860::8888", "2a00:1450::1", "2002:0808:0808::1", "2001:0:0808:0808:0:0:f7f7:f7f7",
    ])
    func `an address of the public internet is allowed`(address: String) throws {
        #expect(try Self.refusal(address) == nil)
    }

    @Test(arguments: [
        ("0.0.0.0", "unspecified", "0.0.0.0"), ("0.1.2.3", "this network's own", "0.0.0.0/8"),
        ("127.0.0.1", "loopback", "127.0.0.0/8"), ("127.255.255.255", "loopback", "127.0.0.0/8"),
        ("10.0.0.1", "private", "10.0.0.0/8"), ("172.16.0.1", "private", "172.16.0.0/12"), ("172.31.255.255", "private", "172.16.0.0/12"),
        ("192.168.1.1", "private", "192.168.0.0/16"), ("100.64.0.1", "a carrier's own (CGNAT)", "100.64.0.0/10"),
        ("100.127.255.255", "a carrier's own (CGNAT)", "100.64.0.0/10"),
        ("169.254.169.254", "link-local (a cloud's metadata service)", "169.254.169.254"), ("169.254.1.1", "link-local", "169.254.0.0/16"),
        ("192.0.0.8", "reserved for protocols", "192.0.0.0/24"), ("192.0.2.1", "for documentation", "192.0.2.0/24"),
        ("198.51.100.1", "for documentation", "198.51.100.0/24"), ("203.0.113.1", "for documentation", "203.0.113.0/24"),
        ("198.18.0.1", "for benchmarks", "198.18.0.0/15"), ("198.19.255.255", "for benchmarks", "198.18.0.0/15"),
        ("192.88.99.1", "a 6to4 relay", "192.88.99.0/24"), ("224.0.0.1", "multicast", "224.0.0.0/4"),
        ("239.255.255.255", "multicast", "224.0.0.0/4"), ("240.0.0.1", "reserved", "240.0.0.0/4"),
        ("255.255.255.255", "broadcast", "255.255.255.255"),
        ("::", "unspecified", "::"), ("::1", "loopback", "::1"), ("fe80::1", "link-local", "fe80::/10"),
        ("febf::1", "link-local", "fe80::/10"),
        ("fec0::1", "site-local", "fec0::/10"), ("fc00::1", "private", "fc00::/7"), ("fdff::1", "private", "fc00::/7"),
        ("ff02::1", "multicast", "ff00::/8"), ("2001:db8::1", "for documentation", "2001:db8::/32"),
        ("3fff::1", "for documentation", "3fff::/20"),
        ("100::1", "for discarding", "100::/64"), ("2001:2::1", "for benchmarks", "2001:2::/48"),
        ("2001:20::1", "no address but a hash", "2001:20::/28"), ("4000::1", "reserved", "4000::1"), ("1::1", "reserved", "1::1"),
        ("::ffff:127.0.0.1", "loopback", "127.0.0.0/8"), ("::ffff:10.1.2.3", "private", "10.0.0.0/8"),
        ("::ffff:8.8.8.8", "an IPv4 address written as IPv6", "8.8.8.8"),
        ("::8.8.8.8", "of the old IPv4-compatible form", "::/96"),
        ("::127.0.0.1", "the old IPv4-compatible form to 127.0.0.1, which is loopback", "127.0.0.0/8"),
        ("64:ff9b::8.8.8.8", "NAT64", "64:ff9b::/96"), ("64:ff9b::10.0.0.1", "NAT64 to 10.0.0.1, which is private", "10.0.0.0/8"),
        ("64:ff9b:1::1", "NAT64", "64:ff9b:1::/48"), ("2002:7f00:1::1", "6to4 to 127.0.0.1, which is loopback", "127.0.0.0/8"),
        ("2002:a9fe:a9fe::1", "6to4 to 169.254.169.254, which is link-local (a cloud's metadata service)", "169.254.169.254"),
        ("2001:0:0808:0808:0:0:f5ff:fffe", "Teredo to 10.0.0.1, which is private", "10.0.0.0/8"),
        ("2001:0:0a00:0001:0:0:f7f7:f7f7", "Teredo to 10.0.0.1, which is private", "10.0.0.0/8"),
    ])
    func `every other address is refused with what it is`(address: String, kind: String, network: String) throws {
        let refusal = try #require(try Self.refusal(address))
        #expect(refusal.kind == kind)
        #expect("\(refusal.network)" == network)
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.0/8", true), ("128.0.0.1", "127.0.0.0/8", true), ("10.0.0.1", "127.0.0.0/8", false),
        ("10.0.0.1", "10.0.0.1", true), ("10.0.0.2", "10.0.0.1", false), ("::1", "127.0.0.0/8", false), ("::1", "::1", true),
        ("::ffff:127.0.0.1", "127.0.0.0/8", true), ("::ffff:8.8.8.8", "8.8.8.8", true), ("64:ff9b::8.8.8.8", "64:ff9b::/96", true),
        ("169.254.169.254", "169.254.0.0/16", true), ("169.254.169.254", "0.0.0.0/0", true), ("fd00::1", "::/0", true),
    ])
    func `allow_networks lets in what it names and no more`(address: String, network: String, isAllowed: Bool) throws {
        let refusal = try Self.refusal(address, allow: [network])
        #expect((refusal == nil) == isAllowed)
    }

    /// To allow a translator is not to allow what lies behind it.
    @Test func `an address inside another must be allowed too`() throws {
        #expect(try Self.refusal("64:ff9b::10.0.0.1", allow: ["64:ff9b::/96"])?.kind == "NAT64 to 10.0.0.1, which is private")
        #expect(try Self.refusal("64:ff9b::10.0.0.1", allow: ["10.0.0.0/8"])?.kind == "NAT64")
        #expect(try Self.refusal("64:ff9b::10.0.0.1", allow: ["64:ff9b::/96", "10.0.0.0/8"]) == nil)
    }
}
