import Mappings

/// Finds out who sent a request that came through proxies.
package enum ClientAddress {
    /// The peer's own address, unless the peer is a trusted proxy. Then `X-Forwarded-For` is walked from the right, since each proxy adds its
    /// peer at the end: the first address that is not a trusted proxy is the client. Everything left of it is the client's own claim.
    ///
    /// An entry that is no address ends the walk at the proxy that passed it on.
    ///
    /// - Parameter forwardedFor: the header's values in the order of the request, one for each time it occurs.
    package static func resolve(peer: IPAddress, forwardedFor: [String], trustedProxies: [IPNetwork]) -> IPAddress {
        var client = peer
        for value in forwardedFor.reversed() {
            for entry in value.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard trustedProxies.contains(client), let next = address(entry) else { return client }
                client = next
            }
        }
        return client
    }

    /// `203.0.113.7`, `203.0.113.7:5678`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:99`.
    private static func address(_ entry: Substring) -> IPAddress? {
        var text = entry.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]"), isPort(text[text.index(after: close)...]),
                let bits = IPAddress.v6(text[..<close].dropFirst().utf8)
            else { return nil }
            return IPAddress(family: .v6, bits: bits)
        }
        if let colon = text.firstIndex(of: ":"), let bits = IPAddress.v4(text[..<colon].utf8), isPort(text[colon...]) {
            return IPAddress(family: .v4, bits: UInt128(bits))
        }
        return IPAddress(text)
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty || text.first == ":" && IPAddress.decimal(text.dropFirst().utf8, maximum: 65_535) != nil
    }
}
