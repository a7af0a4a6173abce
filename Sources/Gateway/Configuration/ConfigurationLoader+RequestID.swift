import Mappings

extension ConfigurationLoader {
    /// Headers that have a meaning of their own.
    private static let taken = [
        "Authorization", "Content-Length", "Content-Type", "Cookie", "Date", "Host", "Idempotency-Key", "X-Forwarded-For",
    ]

    mutating func requestIDHeader(_ node: YAMLNode, hasProxies: Bool) -> String? {
        guard let name = node.text("request_id_header", &diagnostics) else { return nil }
        guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken) else {
            diagnostics.error(
                at: node.location, "'request_id_header' must be the name of a header such as X-Request-ID, found \(name.quotedBriefly)")
            return nil
        }
        if let taken = Self.taken.first(where: { $0.isEqualIgnoringCase(name) }) {
            diagnostics.error(
                at: node.location, "'request_id_header' cannot be \(taken), which senders use for something else; X-Request-ID would do")
            return nil
        }
        if !hasProxies {
            diagnostics.error(
                at: node.location,
                "'request_id_header' needs 'trusted_proxies': the header counts only if one of them sent it, since anybody else could name "
                    + "a request like another")
        }
        return name
    }

    /// A character of a header's name (RFC 9110, section 5.6.2).
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
