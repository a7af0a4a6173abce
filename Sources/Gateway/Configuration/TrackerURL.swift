import Mappings
import Rules

/// A tracker's address: `https://app.example.com`, with its port and path, if it has them. The mapping writes what follows.
struct TrackerURL: Sendable, Equatable {
    let text: String

    /// Why a text is no such URL. It never quotes more than the host: people put secrets into URLs.
    struct Failure: Error, Equatable {
        var message: String
    }

    init(parsing text: String) throws(Failure) {
        try Self.check(text, key: "url")
        if text.contains("{") || text.contains("}") {
            throw Failure(
                message: "'url' has no macros, the mapping writes the rest; for a URL with macros use postback_url instead of tracker")
        }
        if text.contains("?") || text.contains("#") {
            throw Failure(message: "'url' ends with the path, and the mapping writes the query; take away what follows '?' or '#'")
        }
        self.text = text
    }

    /// The part of a tracker's own path that the URL has already, so that a request would have it twice; nil if there is none. The whole path at
    /// the end is no such part, since the writer then adds nothing.
    func part(of path: String) -> String? {
        let own = path.split(separator: "/")
        let given = text.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }.split(separator: "/")
        guard !own.isEmpty, !given.suffix(own.count).elementsEqual(own) else { return nil }
        for count in stride(from: min(own.count, given.count), to: 0, by: -1) {
            let start = own.prefix(count)
            let places = count > 1 ? given.indices.dropLast(count - 1) : given.indices.suffix(1)
            if places.contains(where: { given[$0...].prefix(count).elementsEqual(start) }) {
                return start.reduce(into: "") { $0 += "/" + $1 }
            }
        }
        return nil
    }

    /// What every URL in a configuration must be: a scheme, a host, perhaps a port, and no character that a request line cannot carry.
    static func check(_ text: String, key: String) throws(Failure) {
        guard let scheme = ["https://", "http://"].first(where: { text.hasPrefix($0) }) else {
            throw Failure(message: "'\(key)' begins with https:// or http://, such as https://app.example.com")
        }
        if let character = text.first(where: { !$0.isASCII || $0.isWhitespace || $0.asciiValue.map { $0 < 0x20 || $0 == 0x7F } ?? true }) {
            throw Failure(message: "'\(key)' must not hold \(String(character).quotedBriefly); percent-encode it")
        }
        var host = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        if host.contains("@") {
            let hint = key == "url" ? "; they belong under 'credentials'" : ""
            throw Failure(message: "'\(key)' must not hold a user or password\(hint)")
        }
        if let colon = host.lastIndex(of: ":"), !host[colon...].contains("]"), host.first != "[" || host[..<colon].last == "]" {
            let port = host[host.index(after: colon)...]
            guard let number = IPAddress.decimal(port.utf8, maximum: 65_535), number > 0 else {
                throw Failure(message: "the port of '\(key)' must be a whole number from 1 to 65535, found \(String(port).quotedBriefly)")
            }
            host = host[..<colon]
        }
        if host.isEmpty { throw Failure(message: "'\(key)' has no host; write it as https://app.example.com") }
        let isV6 = host.hasPrefix("[") && host.hasSuffix("]") && IPAddress.v6(host.dropFirst().dropLast().utf8) != nil
        guard isV6 || HostName.isValid(host) else {
            throw Failure(message: "the host of '\(key)' must be a name or an address, found \(String(host).quotedBriefly)")
        }
    }
}
