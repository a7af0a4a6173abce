import Mappings
import NIOHTTP1

/// What a request's head says about the form of the request.
extension HTTPRequestHead {
    var isChunked: Bool { headers.contains(name: "Transfer-Encoding") }

    /// Bytes of the body as announced, if it does not come in chunks. A number that is too large to count with is the largest.
    var announcedLength: Int {
        guard !isChunked, let text = headers.first(name: "Content-Length") else { return 0 }
        return Int(text.trimmed) ?? .max
    }

    var waitsForLeave: Bool { headers.first(name: "Expect")?.isEqualIgnoringCase("100-continue") ?? false }
}
