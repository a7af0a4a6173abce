import Foundation
import Mappings
import Rules

/// The part of a URL that a connection is opened to.
struct Origin: Sendable, Hashable {
    let isTLS: Bool
    /// Without the brackets of an IPv6 address.
    let host: String
    let port: Int
    /// The beginning of the URL, as written.
    let prefix: String

    /// Nil if the text does not begin like an http address; a user or password makes it none.
    init?(of url: String) {
        let scheme: String
        if url.hasPrefix("http://") { scheme = "http://" } else if url.hasPrefix("https://") { scheme = "https://" } else { return nil }
        let authority = url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        var (host, digits) = (authority, Substring())
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else { return nil }
            host = authority[..<close].dropFirst()
            digits = authority[authority.index(after: close)...]
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            digits = authority[colon...]
        }
        guard !host.isEmpty, host.allSatisfy({ $0.isASCII && $0 > " " && $0 != "@" && $0 != "%" && $0 != "\\" }) else { return nil }
        isTLS = scheme == "https://"
        if digits.isEmpty || digits == ":" {
            port = isTLS ? 443 : 80
        } else {
            guard digits.first == ":", let number = IPAddress.decimal(digits.dropFirst().utf8, maximum: 65_535), number > 0 else {
                return nil
            }
            port = number
        }
        self.host = String(host)
        prefix = scheme + authority
    }

    func matches(_ url: String) -> Bool {
        guard url.hasPrefix(prefix) else { return false }
        let rest = url.utf8.dropFirst(prefix.utf8.count)
        return rest.first.map { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? true
    }

    /// The `Host` header.
    var authority: Substring { prefix.dropFirst(isTLS ? 8 : 7) }

    /// For sentences: `tracker.example:8080`, `[::1]:80`.
    var shown: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

extension AddressPolicy.Address {
    /// The address that a host is without any name server, in every spelling that a socket takes, `0x7f000001` and `127.1` too.
    init?(literal host: String) {
        if let bits = IPAddress.v6(host.utf8) {
            self = .v6(bits)
            return
        }
        var address = in_addr()
        guard host.utf8.first.map({ (0x30...0x39).contains($0) }) ?? false, inet_aton(host, &address) != 0 else { return nil }
        self = .v4(UInt32(bigEndian: address.s_addr))
    }
}
