import Mappings
import Rules

/// The address that the gateway listens on: `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`.
struct ListenAddress: Sendable, Equatable {
    /// Without the brackets of an IPv6 address.
    var host: String
    /// 0 takes any free port.
    var port: Int

    struct Failure: Error, Equatable {
        var message: String
    }

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(parsing text: String) throws(Failure) {
        if IPAddress.decimal(text.utf8, maximum: 65_535) != nil {
            throw Failure(message: "'listen' must be HOST:PORT, found \(text.quotedBriefly); write 127.0.0.1:\(text)")
        }
        guard let colon = text.lastIndex(of: ":") else {
            throw Failure(message: "'listen' must be HOST:PORT, found \(text.quotedBriefly); write 127.0.0.1:8080")
        }
        let (host, digits) = (text[..<colon], text[text.index(after: colon)...])
        if host.isEmpty {
            throw Failure(
                message: "'listen' needs a host, found \(text.quotedBriefly); write 127.0.0.1:\(digits) for this machine only or "
                    + "0.0.0.0:\(digits) for every network")
        }
        guard let port = IPAddress.decimal(digits.utf8, maximum: 65_535) else {
            throw Failure(message: "the port of 'listen' must be a whole number from 0 to 65535, found \(String(digits).quotedBriefly)")
        }
        guard let host = try Self.host(host, in: text) else {
            throw Failure(message: "the host of 'listen' must be an address or a name, found \(String(host).quotedBriefly)")
        }
        self.init(host: host, port: port)
    }

    private static func host(_ host: Substring, in text: String) throws(Failure) -> String? {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let inner = host.dropFirst().dropLast()
            return IPAddress.v6(inner.utf8) == nil ? nil : String(inner)
        }
        if host.contains(":") {
            if IPAddress.v6(host.utf8) == nil, IPAddress.v6(text.utf8) == nil { return nil }
            let hint = IPAddress.v6(host.utf8) == nil ? "[\(text)]:8080" : "[\(host)]\(text.dropFirst(host.count))"
            throw Failure(message: "an IPv6 address is written in brackets, found \(text.quotedBriefly); write \"\(hint)\"")
        }
        return HostName.isValid(host) ? String(host) : nil
    }
}
