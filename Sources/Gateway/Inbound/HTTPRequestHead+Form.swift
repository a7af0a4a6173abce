import Mappings
import NIOHTTP1

/// What a request's head says about the form of the request.
extension HTTPRequestHead {
    /// Why HTTP allows no such head, in a sentence; nil if it does (RFC 9112, section 3.2).
    var problem: String? {
        var hosts = 0
        for (name, _) in headers where name.isEqualIgnoringCase("Host") { hosts += 1 }
        if hosts == 0, version.minor > 0 { return "this request has no Host header, which HTTP/1.1 asks for" }
        return hosts > 1 ? "this request has \(hosts) Host headers; HTTP allows one" : nil
    }

    var isChunked: Bool { headers.contains(name: "Transfer-Encoding") }

    /// Bytes of the body as announced, if it does not come in chunks. A number that is too large to count with is the largest.
    var announcedLength: Int {
        guard !isChunked, let text = headers.first(name: "Content-Length") else { return 0 }
        return Int(text.trimmed) ?? .max
    }

    var waitsForLeave: Bool { headers.first(name: "Expect")?.isEqualIgnoringCase("100-continue") ?? false }
}
