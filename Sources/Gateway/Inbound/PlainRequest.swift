import Mappings
import NIOCore

/// A request that came whole and in the plainest form that HTTP/1.1 has, as nearly every one does: read in one pass over its bytes.
///
/// Nil is no judgement. Whatever is unusual goes to the HTTP parser: other methods, chunks, an `Expect` or `Upgrade`, bytes beyond ASCII, a body
/// that is still under way. What is taken here, the parser would take to be the same request.
struct PlainRequest {
    let wire: WireRequest
    let keepsAlive: Bool

    /// Bytes of a head.
    private static let longestHead = 8192

    /// Takes the request out of the input; if it is nil, nothing is taken.
    ///
    /// - Parameter longestBody: in bytes.
    init?(takenFrom input: inout ByteBuffer, longestBody: Int) {
        let taken = input.withUnsafeReadableBytes { bytes -> (wire: WireRequest, keepsAlive: Bool, length: Int)? in
            var head = PlainHead(bytes.bindMemory(to: UInt8.self))
            guard head.readRequestLine(), head.readHeaders(), head.end <= Self.longestHead, head.hosts == 1
            else { return nil }
            let length = head.length ?? 0
            guard length <= longestBody, head.end + length <= bytes.count else { return nil }
            let body = Array(UnsafeRawBufferPointer(rebasing: bytes[head.end..<head.end + length]))
            return (head.request(body), head.keepsAlive, head.end + length)
        }
        guard let taken else { return nil }
        input.moveReaderIndex(forwardBy: taken.length)
        (wire, keepsAlive) = (taken.wire, taken.keepsAlive)
    }
}
