import CZlib
import Rules

extension Reply {
    /// Packings inside one another that are undone.
    private static let mostPackings = 2

    /// Unpacks a body of gzip or deflate, by its headers or by its first bytes, up to `readLimit`: a few bytes may become gigabytes. What cannot be
    /// unpacked stays as it came.
    mutating func unpack() {
        if encoding == nil, !Inflation.isGzip(body[...]) { return }
        let packings = encoding?.lowercased().split { $0 == "," || $0 == " " || $0 == "\t" } ?? ["gzip"]
        guard packings.count <= Self.mostPackings else { return }
        var unpacked = Inflation.Result(bytes: body, end: .whole)
        for packing in packings.reversed() where packing != "identity" {
            guard ["gzip", "x-gzip", "deflate"].contains(packing), unpacked.end == .whole,
                let result = Inflation.result(of: unpacked.bytes, limit: Self.readLimit)
            else { return }
            unpacked = result
        }
        // A stream that breaks off in an answer that came whole is not what the tracker wrote.
        if unpacked.end == .missing, damage == nil { return }
        body = unpacked.bytes
        encoding = nil
        if unpacked.end == .beyondLimit { damage = damage ?? .oversized }
    }
}

/// zlib's inflate, for gzip, and for deflate with and without zlib's header, as servers write it.
private enum Inflation {
    struct Result {
        var bytes: [UInt8]
        var end: End
    }
    enum End {
        case whole
        /// The stream breaks off.
        case missing
        case beyondLimit
    }

    static func isGzip(_ bytes: ArraySlice<UInt8>) -> Bool { bytes.starts(with: [0x1F, 0x8B, 0x08]) }

    private static func hasZlibHeader(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] & 0x0F == 8 && (Int(bytes[0]) << 8 | Int(bytes[1])) % 31 == 0
    }

    /// Nil if the bytes are not packed so.
    static func result(of packed: [UInt8], limit: Int) -> Result? {
        if packed.isEmpty { return Result(bytes: [], end: .whole) }
        var packed = packed
        let finds: Int32 = isGzip(packed[...]) || hasZlibHeader(packed) ? 15 + 32 : -15
        var stream = z_stream()
        guard inflateInit2_(&stream, finds, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var end: End?
        // One byte more than the limit shows whether there is more.
        var bytes = packed.withUnsafeMutableBufferPointer { input in
            [UInt8](unsafeUninitializedCapacity: limit + 1) { output, count in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(output.count)
                end = run(&stream)
                count = output.count - Int(stream.avail_out)
            }
        }
        guard var end else { return nil }
        if bytes.count > limit {
            bytes.removeLast()
            end = .beyondLimit
        }
        return Result(bytes: bytes, end: end)
    }

    /// Nil if the stream is damaged.
    private static func run(_ stream: inout z_stream) -> End? {
        while true {
            switch inflate(&stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR:
                if stream.avail_out == 0 { return .beyondLimit }
                if stream.avail_in == 0 { return .missing }
            case Z_STREAM_END:
                // A gzip stream may be several, one behind the other.
                guard stream.avail_in > 2, stream.next_in[0] == 0x1F, stream.next_in[1] == 0x8B, inflateReset(&stream) == Z_OK else {
                    return .whole
                }
            default: return nil
            }
        }
    }
}
