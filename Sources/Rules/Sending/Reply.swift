/// A tracker's answer to one request.
package struct Reply: Sendable, Equatable {
    package var status: Int
    package var retryAfter: String?
    package var location: String?
    /// Cut at 64 KiB.
    package var body: [UInt8]
    /// How the body is packed, if it could not be unpacked.
    package var encoding: String?
    /// Those that the destination's `answers:` or its mapping look at, by their names in lower case; of a name given twice, the values joined.
    package var headers: [String: String]
    /// Nil if it came whole.
    package var damage: Damage?

    /// What is wrong with an answer behind its status line.
    package enum Damage: Sendable, Equatable {
        /// The connection ended before the answer did.
        case cutShort
        /// It had not ended when the time for it was over.
        case unfinished(within: Duration)
        /// Its body is longer than what is read.
        case oversized
        /// It is about several that were sent together, and does not name this one.
        case unnamed
        /// What is wrong with it as HTTP.
        case malformed(String)

        /// As the end of `…, as `.
        package var reason: String {
            switch self {
            case .cutShort: "the connection ended in the middle of the answer"
            case .unfinished(let limit): "the answer had not ended within \(limit.text)"
            case .oversized: "the answer is longer than \(Reply.readLimit / 1024) KiB"
            case .unnamed: "the answer does not say what became of this one"
            case .malformed(let reason): "the answer is damaged: \(reason)"
            }
        }
    }

    package init(
        status: Int, retryAfter: String? = nil, location: String? = nil, body: [UInt8], encoding: String? = nil,
        headers: [String: String] = [:], damage: Damage? = nil
    ) {
        self.status = status
        self.retryAfter = retryAfter
        self.location = location
        self.body = body
        self.encoding = encoding
        self.headers = headers
        self.damage = damage
    }

    /// What is read of a reply to understand it.
    package static let readLimit = 64 * 1024
    /// What is kept of a reply to show it.
    package static let keepLimit = 4 * 1024

    /// The first 4 KiB as UTF-8, broken sequences repaired; a character that the cut divides is left out.
    package var text: String {
        if let damage, body.isEmpty { return "(\(damage.reason))" }
        if let encoding { return "(\(body.count) bytes packed as '\(encoding.prefix(40))', which cannot be unpacked)" }
        var end = min(body.count, Self.keepLimit)
        if end < body.count {
            var start = end
            while start > 0, start > end - 4, body[start] & 0xC0 == 0x80 { start -= 1 }
            if body[start] & 0xC0 != 0x80 { end = start }
        }
        return String(decoding: body[..<end], as: UTF8.self)
    }
}
