import Mappings
import Rules
import Testing

struct ClientAddressTests {
    private static let proxies = ["10.0.0.0/8", "2001:db8::/32"]

    @Test(arguments: [
        // An untrusted peer is believed nothing.
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["10.0.0.1"], "203.0.113.7"),
        // A trusted proxy names the client.
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("2001:db8::1", ["2001:db9::1"], "2001:db9::1"),
        // Left of the first stranger is what the stranger claims.
        ("10.0.0.1", ["10.0.0.9, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1 ,10.0.0.2,\t10.0.0.3"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        // All of them trusted: the farthest.
        ("10.0.0.1", ["10.0.0.2, 10.0.0.3"], "10.0.0.2"),
        // Ports and brackets.
        ("10.0.0.1", ["198.51.100.1:5678"], "198.51.100.1"),
        ("10.0.0.1", ["[2001:db9::1]:99"], "2001:db9::1"),
        ("10.0.0.1", ["[2001:db9::1]"], "2001:db9::1"),
        ("10.0.0.1", ["[::ffff:198.51.100.1]:99"], "198.51.100.1"),
        // Garbage ends the walk at its place.
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1,, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1", "", "10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["198.51.100.1:"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:99999"], "10.0.0.1"),
        ("10.0.0.1", ["[198.51.100.1]"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db9::1"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db9::1]x"], "10.0.0.1"),
        ("10.0.0.1", ["\"198.51.100.1\""], "10.0.0.1"),
        ("10.0.0.1", ["for=198.51.100.1"], "10.0.0.1"),
        ("10.0.0.1", [String(repeating: ",", count: 50_000)], "10.0.0.1"),
    ])
    func `the client is the first stranger from the right`(peer: String, forwarded: [String], client: String) throws {
        let proxies = try Self.proxies.map { try IPNetwork(parsing: $0) }
        let found = ClientAddress.resolve(peer: try #require(IPAddress(peer)), forwardedFor: forwarded, trustedProxies: proxies)
        #expect(found.description == client)
    }

    @Test func `without trusted proxies only the peer counts`() throws {
        let peer = try #require(IPAddress("127.0.0.1"))
        #expect(ClientAddress.resolve(peer: peer, forwardedFor: ["198.51.100.1"], trustedProxies: []) == peer)
    }
}
