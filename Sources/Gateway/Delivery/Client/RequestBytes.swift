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
        guard !request.method.isEmpty, Self.all(request.method, Self.isToken) else { throw .unsendable("its method is malformed") }
        var message = HTTPMessage(capacity: request.url.utf8.count + request.body.count + 256 + 64 * request.headers.count)
        message.add(request.method)
        message.add(" ")
        message.add(Self.target(of: request.url, at: origin))
        message.add(" HTTP/1.1\r\n")
        var namesHost = false
        var namesAgent = false
        for (name, value) in request.headers {
            guard !name.isEmpty, Self.all(name, Self.isToken), Self.all(value, { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .unsendable("a header has a malformed name or value")
            }
            if !namesHost, name.isEqualIgnoringCase("host") { namesHost = true }
            if !namesAgent, name.isEqualIgnoringCase("user-agent") { namesAgent = true }
            if !Self.isOwn(name) { message.add(name, value) }
        }
        if !namesHost { message.add("Host", origin.authority) }
        if !namesAgent { message.add("User-Agent", userAgent) }
        if !request.body.isEmpty || !["GET", "HEAD", "DELETE"].contains(request.method) {
            message.add("Content-Length: ")
            message.add(number: request.body.count)
            message.add("\r\n")
        }
        // Answers are short, so unpacked ones are preferred.
        message.add("Accept-Encoding: identity, gzip;q=0.5, deflate;q=0.5\r\n\r\n")
        message.add(body: request.body)
        bytes = message.buffer
        head =
            switch request.method {
            case "GET": Self.get
            case "POST": Self.post
            default: HTTPRequestHead(version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: "/")
            }
    }

    private static let get = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
    private static let post = HTTPRequestHead(version: .http1_1, method: .POST, uri: "/")
    /// Whether the client itself says it.
    private static func isOwn(_ name: String) -> Bool {
        switch name.utf8.count {
        case 2: name.isEqualIgnoringCase("te")
        case 6: name.isEqualIgnoringCase("expect")
        case 7: name.isEqualIgnoringCase("upgrade") || name.isEqualIgnoringCase("trailer")
        case 10: name.isEqualIgnoringCase("connection")
        case 14: name.isEqualIgnoringCase("content-length")
        case 15: name.isEqualIgnoringCase("accept-encoding")
        case 17: name.isEqualIgnoringCase("transfer-encoding")
        default: false
        }
    }

    private static func target(of url: String, at origin: Origin) -> Substring {
        var target = url[url.utf8.index(url.startIndex, offsetBy: origin.prefix.utf8.count)...]
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "#")) { target = target[..<mark] }
        if target.utf8.first != UInt8(ascii: "/") { target = "/" + target }
        if target.utf8.withContiguousStorageIfAvailable({ $0.allSatisfy(isTargetByte) }) == true { return target }
        var escaped: [UInt8] = []
        for byte in target.utf8 {
            if isTargetByte(byte) {
                escaped.append(byte)
            } else {
                escaped += [UInt8(ascii: "%"), hexadecimal(byte >> 4), hexadecimal(byte & 15)]
            }
        }
        return String(decoding: escaped, as: UTF8.self)[...]
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

    /// Looks at every byte without a call for each.
    @inline(__always) private static func all(_ text: String, _ isRight: (UInt8) -> Bool) -> Bool {
        text.utf8.withContiguousStorageIfAvailable { $0.allSatisfy(isRight) } ?? text.utf8.allSatisfy(isRight)
    }

    /// RFC 9110, section 5.6.2.
    @inline(__always) private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }
}
