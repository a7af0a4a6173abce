import Mappings
import Rules
import Testing

struct IPNetworkTests {
    @Test(arguments: [
        ("203.0.113.0/24", "203.0.113.0", true), ("203.0.113.0/24", "203.0.113.255", true), ("203.0.113.0/24", "203.0.114.0", false),
        ("203.0.113.7", "203.0.113.7", true), ("203.0.113.7", "203.0.113.8", false), ("203.0.113.7/32", "203.0.113.7", true),
        ("0.0.0.0/0", "255.255.255.255", true), ("0.0.0.0/0", "::1", false), ("::/0", "::1", true), ("::/0", "1.2.3.4", false),
        ("128.0.0.0/1", "127.255.255.255", false), ("128.0.0.0/1", "128.0.0.0", true),
        ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::1/128", "2001:db8::1", true),
        ("::1", "::1", true), ("::1", "0.0.0.1", false), ("8000::/1", "7fff::", false),
        ("203.0.113.0/24", "::ffff:203.0.113.9", true), ("::ffff:203.0.113.0/120", "203.0.113.9", true),
        ("::ffff:0.0.0.0/96", "8.8.8.8", true),
        ("::ffff:203.0.113.9", "203.0.113.9", true),
    ])
    func `a network holds its addresses only`(network: String, address: String, isInside: Bool) throws {
        let network = try IPNetwork(parsing: network)
        #expect(network.contains(try #require(IPAddress(address))) == isInside)
        #expect([network].contains(try #require(IPAddress(address))) == isInside)
    }

    @Test(arguments: [
        ("", "'' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"),
        ("203.0.113", "'203.0.113' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"),
        ("office", "'office' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"),
        ("/24", "'/24' is no address or network; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32"),
        ("10.0.0.0/33", "the prefix of '10.0.0.0/33' must be a number from 0 to 32"),
        ("10.0.0.0/", "the prefix of '10.0.0.0/' must be a number from 0 to 32"),
        ("10.0.0.0/08", "the prefix of '10.0.0.0/08' must be a number from 0 to 32"),
        ("10.0.0.0/-1", "the prefix of '10.0.0.0/-1' must be a number from 0 to 32"),
        ("10.0.0.0/8/8", "the prefix of '10.0.0.0/8/8' must be a number from 0 to 32"),
        ("10.0.0.0/255.0.0.0", "the prefix of '10.0.0.0/255.0.0.0' must be a number from 0 to 32"),
        ("10.0.0.0/99999999999999999999", "the prefix of '10.0.0.0/99999999999999999999' must be a number from 0 to 32"),
        ("::/129", "the prefix of '::/129' must be a number from 0 to 128"),
        ("::ffff:10.0.0.0/64", "the prefix of '::ffff:10.0.0.0/64' must be a number from 96 to 128"),
        (
            "203.0.113.7/24",
            "'203.0.113.7/24' is an address inside a network; write 203.0.113.0/24 for the network or 203.0.113.7 for the address"
        ),
        (
            "2001:db8::7/32",
            "'2001:db8::7/32' is an address inside a network; write 2001:db8::/32 for the network or 2001:db8::7 for the address"
        ),
        ("1.2.3.4/0", "'1.2.3.4/0' is an address inside a network; write 0.0.0.0/0 for the network or 1.2.3.4 for the address"),
    ])
    func `what is no network is refused with the rule`(text: String, message: String) {
        #expect(throws: IPNetwork.Failure(message: message)) { try IPNetwork(parsing: text) }
    }
}
