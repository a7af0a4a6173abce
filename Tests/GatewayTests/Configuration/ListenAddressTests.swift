import Testing

@testable import Gateway

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8080", "127.0.0.1", 8080), ("0.0.0.0:8080", "0.0.0.0", 8080), ("127.0.0.1:0", "127.0.0.1", 0),
        ("[::1]:8080", "::1", 8080),
        ("[::]:65535", "::", 65_535), ("localhost:80", "localhost", 80), ("gateway.internal:80", "gateway.internal", 80),
    ])
    func `a host and a port are an address`(text: String, host: String, port: Int) throws {
        #expect(try ListenAddress(parsing: text) == ListenAddress(host: host, port: port))
    }

    @Test(arguments: [
        ("8080", "'listen' must be HOST:PORT, found '8080'; write 127.0.0.1:8080"),
        ("localhost", "'listen' must be HOST:PORT, found 'localhost'; write 127.0.0.1:8080"),
        ("", "'listen' must be HOST:PORT, found ''; write 127.0.0.1:8080"),
        (":80", "'listen' needs a host, found ':80'; write 127.0.0.1:80 for this machine only or 0.0.0.0:80 for every network"),
        ("127.0.0.1:", "the port of 'listen' must be a whole number from 0 to 65535, found ''"),
        ("127.0.0.1:65536", "the port of 'listen' must be a whole number from 0 to 65535, found '65536'"),
        ("127.0.0.1:-1", "the port of 'listen' must be a whole number from 0 to 65535, found '-1'"),
        ("127.0.0.1:http", "the port of 'listen' must be a whole number from 0 to 65535, found 'http'"),
        ("127.0.0.256:80", "the host of 'listen' must be an address or a name, found '127.0.0.256'"),
        ("http://localhost:80", "the host of 'listen' must be an address or a name, found 'http://localhost'"),
        ("a b:80", "the host of 'listen' must be an address or a name, found 'a b'"),
        ("[1.2.3.4]:80", "the host of 'listen' must be an address or a name, found '[1.2.3.4]'"),
        ("::1:8080", "an IPv6 address is written in brackets, found '::1:8080'; write \"[::1]:8080\""),
        ("::1", "an IPv6 address is written in brackets, found '::1'; write \"[::1]:8080\""),
    ])
    func `what is no address is refused with the rule`(text: String, message: String) {
        #expect(throws: ListenAddress.Failure(message: message)) { try ListenAddress(parsing: text) }
    }
}
