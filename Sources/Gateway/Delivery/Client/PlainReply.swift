import Mappings
import NIOCore
import Rules

/// A tracker's answer that came whole and in the plainest form that HTTP/1.1 has: read in one pass over its bytes.
///
/// Nil is no judgement: what is unusual goes to the HTTP parser, such as an answer in pieces, in chunks, or without a body.
struct PlainReply {
    let reply: Reply
    let keepsAlive: Bool

    /// - Parameter names: headers that are kept, in lower case.
    init?(_ buffer: ByteBuffer, keeping names: [String]) {
        let read = buffer.withUnsafeReadableBytes { bytes -> (Reply, Bool)? in
            let bytes = bytes.bindMemory(to: UInt8.self)
            var head = PlainHead(bytes)
            guard let status = head.readStatusLine(), status != 204, status != 304, head.readHeaders(), let length = head.length,
                head.end + length == bytes.count, length <= Reply.readLimit
            else { return nil }
            var reply = Reply(status: status, body: Array(bytes[head.end...]), damage: nil)
            for field in head.fields { reply.take(field, head, keeping: names) }
            reply.unpack()
            return (reply, head.keepsAlive)
        }
        guard let read else { return nil }
        (reply, keepsAlive) = read
    }
}

extension Reply {
    /// Keeps a header that counts.
    fileprivate mutating func take(_ field: (name: Range<Int>, value: Range<Int>), _ head: PlainHead, keeping names: [String]) {
        switch field.name.count {
        case 8: if location == nil, head.isNamed(field, "location") { location = head.text(field.value) }
        case 11: if retryAfter == nil, head.isNamed(field, "retry-after") { retryAfter = head.text(field.value) }
        case 16:
            guard head.isNamed(field, "content-encoding") else { break }
            let value = head.text(field.value)
            if !value.isEqualIgnoringCase("identity") { encoding = value }
        default: break
        }
        for name in names where name.utf8.count == field.name.count && name.isEqualIgnoringCase(head.text(field.name)) {
            let value = head.text(field.value)
            headers[name] = headers[name].map { "\($0), \(value)" } ?? value
        }
    }
}
