import NIOCore

/// What strangers do who found the port and have no key.
extension StrangerPlan {
    private static let conversions = "/api/v1/conversions/postback"
    private static let mebibyte = 1 << 20

    private static func head(_ line: String, _ headers: String...) -> String {
        ([line, "Host: gateway"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
    }

    private static func text(_ text: String) -> ByteBuffer { ByteBuffer(string: text) }

    static var holders: [StrangerPlan] {
        let length = "Content-Length: \(mebibyte)"
        let post = head("POST \(conversions) HTTP/1.1", "Authorization: Bearer made-up", "Content-Type: application/json", length)
        let chunked = head("POST \(conversions) HTTP/1.1", "Authorization: Bearer made-up", "Transfer-Encoding: chunked")
        let healthy = head("GET /healthz HTTP/1.1")
        var body = text(post)
        body.writeRepeatingByte(UInt8(ascii: " "), count: mebibyte - 1)
        var unread = ByteBuffer()
        // Enough to be a burden, not so many that answering them is all the work there is.
        for _ in 0..<1000 { unread.writeString(healthy) }
        let connections = 400
        return [
            StrangerPlan(name: "silence", deed: .hold(connections: connections, opening: ByteBuffer(), leaves: true)),
            StrangerPlan(
                name: "slow head",
                deed: .hold(
                    connections: connections, opening: text("POST \(conversions) HTTP/1.1\r\nX-Slow: "), drip: text("a"), leaves: true)),
            StrangerPlan(name: "unfinished body of 1 MiB", deed: .hold(connections: connections, opening: body)),
            StrangerPlan(
                name: "endless chunks", deed: .hold(connections: connections, opening: text(chunked), drip: text("1\r\na\r\n"))),
            StrangerPlan(name: "replies not read", deed: .hold(connections: 100, opening: unread, reads: false, leaves: true)),
            StrangerPlan(
                name: "request and garbage in one packet",
                deed: .hold(connections: connections, opening: text(healthy + "\u{1}\u{2} this is no HTTP\r\n\r\n"))),
            StrangerPlan(
                name: "upgrade",
                deed: .hold(
                    connections: connections, opening: text(head("GET /healthz HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket")),
                    drip: text("a"), leaves: true)),
            StrangerPlan(
                name: "CONNECT",
                deed: .hold(connections: connections, opening: text(head("CONNECT gateway:443 HTTP/1.1")), drip: text("a"))),
        ]
    }

    static var floods: [StrangerPlan] {
        let names = "abcdefghijklmnopqrstuvwxyz"
        let repeated = "?" + Array(repeating: "a", count: 8000).joined(separator: "&")
        let deep = String(repeating: "[", count: 500_000)
        let large = #"{"clickid":""# + String(repeating: "a", count: mebibyte - 100) + #""}"#
        let key = [("Authorization", "Bearer made-up")]
        return [
            StrangerPlan(
                name: "made-up keys",
                deed: .flood(rate: 100) { number, dice in
                    .json(conversions, [("Authorization", "Bearer \(dice.next())")], #"{"externalId":"\#(number)","amount":1}"#)
                }),
            StrangerPlan(
                name: "made-up names of sources",
                deed: .flood(rate: 50) { _, dice in
                    let name = (0..<5).map { _ in String(names.randomElement(using: &dice) ?? "a") }.joined()
                    return .json("/\(name)\(conversions)", key, "{}")
                }),
            StrangerPlan(
                name: "made-up signatures of 1 MB",
                deed: .flood(rate: 4) { _, dice in
                    let sign = (0..<4).map { _ in String(dice.next() | 1 << 63, radix: 16) }.joined()
                    return .json("/v1/event", [("X-RS-Source", "soak"), ("X-RS-Sign", sign)], large)
                }),
            StrangerPlan(name: "8,000 parameters", deed: .flood(rate: 5) { _, _ in .json(conversions + repeated, [], "{}") }),
            StrangerPlan(name: "deep JSON", deed: .flood(rate: 4) { _, _ in .json(conversions, key, deep) }),
            StrangerPlan(
                name: "200 headers and a long cookie",
                deed: .flood(rate: 10) { _, _ in
                    let many = (0..<200).map { ("X-Header-\($0)", "a=b; c=d") }
                    return .json(conversions, key + many + [("Cookie", String(repeating: "a=b; ", count: 8000))], "{}")
                }),
        ]
    }

    static var shots: [StrangerPlan] {
        [
            StrangerPlan(
                name: "random bytes",
                deed: .shoot(rate: 10) { _, dice in ByteBuffer(bytes: (0..<600).map { _ in UInt8(truncatingIfNeeded: dice.next()) }) }),
            StrangerPlan(
                name: "Content-Length of 2^64-1",
                deed: .shoot(rate: 5) { _, _ in text(head("POST \(conversions) HTTP/1.1", "Content-Length: 18446744073709551615") + "{}") }),
            StrangerPlan(
                name: "HTTP/2 preface", deed: .shoot(rate: 5) { _, _ in text("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u{0}\u{0}\u{0}\u{4}") }),
            StrangerPlan(
                name: "head without an end",
                deed: .shoot(rate: 2) { _, _ in text("GET / HTTP/1.1\r\nX-Long: " + String(repeating: "a", count: 300_000)) }),
        ]
    }
}
