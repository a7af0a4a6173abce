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
            let bytes = Array(value.utf8)
            let isEnough = bytes.withUnsafeBufferPointer { walk($0, from: &client, trustedProxies) }
            if isEnough { break }
        }
        return client
    }

    /// One value of the header, from its end. True if the client is found.
    private static func walk(_ value: UnsafeBufferPointer<UInt8>, from client: inout IPAddress, _ trustedProxies: [IPNetwork]) -> Bool {
        var end = value.count
        while end >= 0 {
            var start = end
            while start > 0, value[start - 1] != UInt8(ascii: ",") { start -= 1 }
            guard trustedProxies.contains(client), let next = address(value[start..<end]) else { return true }
            client = next
            end = start - 1
        }
        return false
    }

    /// `203.0.113.7`, `203.0.113.7:5678`, `2001:db8::7`, `[2001:db8::7]`, `[2001:db8::7]:99`.
    private static func address(_ entry: Slice<UnsafeBufferPointer<UInt8>>) -> IPAddress? {
        var text = entry
        while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        // No address is longer, with brackets and a port.
        guard text.count <= 64 else { return nil }
        if text.first == UInt8(ascii: "[") {
            guard let close = text.firstIndex(of: UInt8(ascii: "]")), isPort(text[(close + 1)...]),
                let bits = IPAddress.readV6(UnsafeBufferPointer(rebasing: text[(text.startIndex + 1)..<close]))
            else { return nil }
            return IPAddress(family: .v6, bits: bits)
        }
        if let colon = text.firstIndex(of: UInt8(ascii: ":")), let bits = IPAddress.readV4(UnsafeBufferPointer(rebasing: text[..<colon])),
            isPort(text[colon...])
        {
            return IPAddress(family: .v4, bits: UInt128(bits))
        }
        return IPAddress(bytes: UnsafeBufferPointer(rebasing: text))
    }

    private static func isPort(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        text.isEmpty || text.first == UInt8(ascii: ":") && IPAddress.decimal(text.dropFirst(), maximum: 65_535) != nil
    }
}
