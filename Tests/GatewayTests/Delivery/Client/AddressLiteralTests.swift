import NIOCore
import Rules
import Testing

@testable import Gateway

/// Addresses as hosts and sockets have them.
struct AddressLiteralTests {
    @Test(arguments: ["127.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.0.0.1"])
    func `every spelling of an address that a socket takes is judged`(host: String) throws {
        let refusal = AddressPolicy().refusal(of: try #require(AddressPolicy.Address(literal: host)))
        #expect(refusal?.kind == "loopback")
        #expect(refusal.map { "\($0.network)" } == "127.0.0.0/8")
    }

    @Test func `a socket's address is judged as it is in the packet`() throws {
        for (text, kind) in [
            ("127.0.0.1", "loopback"), ("::ffff:127.0.0.1", "loopback"), ("fe80::1", "link-local"), ("10.2.3.4", "private"),
        ] {
            let address = try #require(AddressPolicy.Address(try SocketAddress(ipAddress: text, port: 1)))
            #expect(AddressPolicy().refusal(of: address)?.kind == kind)
            #expect(address.shown == text)
        }
    }
}
