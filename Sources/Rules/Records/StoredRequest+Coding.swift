/// A request in one blob: each part after its length, written as a variable-length integer of seven bits a byte.
extension StoredRequest {
    /// Method, target, peer, the number of headers, each name and value, and the body as the rest.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        var size = method.utf8.count + target.utf8.count + peer.utf8.count + body.count + 12
        for header in headers { size += header.name.utf8.count + header.value.utf8.count + 4 }
        bytes.reserveCapacity(size)
        bytes.append(part: method)
        bytes.append(part: target)
        bytes.append(part: peer)
        bytes.append(length: headers.count)
        for header in headers {
            bytes.append(part: header.name)
            bytes.append(part: header.value)
        }
        bytes.append(contentsOf: body)
        return bytes
    }

    /// Nil if the bytes are not what `encoded` wrote.
    package init?(encoded bytes: [UInt8]) {
        var reader = PartReader(bytes: bytes)
        guard let method = reader.text(), let target = reader.text(), let peer = reader.text(), let count = reader.length() else {
            return nil
        }
        var headers: [(name: String, value: String)] = []
        for _ in 0..<count {
            guard let name = reader.text(), let value = reader.text() else { return nil }
            headers.append((name, value))
        }
        self.init(method: method, target: target, headers: headers, body: Array(bytes[reader.position...]), peer: peer)
    }
}

private struct PartReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func length() -> Int? {
        var value = 0
        var shift = 0
        while position < bytes.count, shift < 56 {
            let byte = bytes[position]
            position += 1
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func text() -> String? {
        guard let count = length(), count <= bytes.count - position else { return nil }
        defer { position += count }
        return String(decoding: bytes[position..<position + count], as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(length: Int) {
        var rest = length
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(rest))
    }

    fileprivate mutating func append(part text: String) {
        append(length: text.utf8.count)
        append(contentsOf: text.utf8)
    }
}
