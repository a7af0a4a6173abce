import Mappings
import NIOCore
import NIOHTTP1
import Rules

/// A request as it goes onto the wire, head and body in one piece, so that it is one write and, if it is short, one packet.
struct RequestBytes {
    let bytes: ByteBuffer
    /// What the decoder of the reply wants to know: a reply to HEAD has no body.
    let head: HTTPRequestHead

    /// Escapes stay as they are written; only what no request line may hold is escaped here. Headers that say how the message is framed are
    /// the client's own, and an answer is asked for as it is: nothing here inflates one.
    init(_ request: OutboundRequest, to origin: Origin, userAgent: String) throws(ExchangeFailure) {
        var bytes = ByteBufferAllocator().buffer(capacity: request.url.utf8.count + request.body.count + 256 + 64 * request.headers.count)
        guard !request.method.isEmpty, request.method.utf8.allSatisfy(Self.isToken) else {
            throw .unsendable("its method is malformed")
        }
        bytes.writeString(request.method)
        bytes.writeInteger(UInt8(ascii: " "))
        Self.write(target: request.url.utf8.dropFirst(origin.prefix.utf8.count), into: &bytes)
        bytes.writeStaticString(" HTTP/1.1\r\n")
        var namesHost = false
        var namesAgent = false
        for (name, value) in request.headers {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.isToken), value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
            else {
                throw .unsendable("a header has a malformed name or value")
            }
            switch name.utf8.count {
            case 4: if name.lowercased() == "host" { namesHost = true }
            case 6, 7, 14, 15, 17, 10:
                let lower = name.lowercased()
                if lower == "user-agent" { namesAgent = true }
                if Self.own.contains(lower) { continue }
            default: break
            }
            bytes.writeString(name)
            bytes.writeStaticString(": ")
            bytes.writeString(value)
            bytes.writeStaticString("\r\n")
        }
        if !namesHost {
            bytes.writeStaticString("Host: ")
            bytes.writeSubstring(origin.authority)
            bytes.writeStaticString("\r\n")
        }
        if !namesAgent {
            bytes.writeStaticString("User-Agent: ")
            bytes.writeString(userAgent)
            bytes.writeStaticString("\r\n")
        }
        if !request.body.isEmpty || !["GET", "HEAD", "DELETE"].contains(request.method) {
            bytes.writeStaticString("Content-Length: ")
            bytes.writeString(String(request.body.count))
            bytes.writeStaticString("\r\n")
        }
        // Answers are short, so unpacked ones are preferred.
        bytes.writeStaticString("Accept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n\r\n")
        bytes.writeBytes(request.body)
        self.bytes = bytes
        head =
            switch request.method {
            case "GET": Self.get
            case "POST": Self.post
            default: HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: "/")
            }
    }

    private static let get = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    private static let post = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
    private static let own: Set = [
        "connection", "content-length", "transfer-encoding", "accept-encoding", "expect", "upgrade", "te", "trailer",
    ]

    private static func write(target: Substring.UTF8View, into bytes: inout ByteBuffer) {
        if target.first != UInt8(ascii: "/") { bytes.writeInteger(UInt8(ascii: "/")) }
        let target = target.prefix { $0 != UInt8(ascii: "#") }
        if target.allSatisfy(isTargetByte) {
            bytes.writeBytes(target)
            return
        }
        for byte in target {
            if isTargetByte(byte) {
                bytes.writeInteger(byte)
            } else {
                bytes.writeInteger(UInt8(ascii: "%"))
                bytes.writeInteger(hexadecimal(byte >> 4))
                bytes.writeInteger(hexadecimal(byte & 15))
            }
        }
    }

    private static func isTargetByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x7F..., UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "\\"),
            UInt8(ascii: "]"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: true
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x41 + digit - 10 }

    /// RFC 9110, section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
