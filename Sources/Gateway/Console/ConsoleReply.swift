/// What a browser gets.
struct ConsoleReply: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Events, one after another, until the closure returns. `write` returns false once nobody reads any more.
        case events(@Sendable (_ write: (String) async -> Bool) async -> Void)
    }

    var status: Int
    var contentType: String
    var headers: [(name: String, value: String)] = []
    var body: Body
    /// What may be kept by a browser: only what holds nothing of the store.
    var isPublic = false

    init(status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [], body: Body) {
        self.status = status
        self.contentType = contentType
        self.headers = headers
        self.body = body
    }

    static func page(_ html: HTML, status: Int = 200) -> Self {
        Self(status: status, contentType: "text/html; charset=utf-8", body: .bytes(html.bytes))
    }

    /// To another page, read with GET.
    static func see(_ address: Address) -> Self {
        Self(status: 303, contentType: "text/plain; charset=utf-8", headers: [("Location", address.text)], body: .bytes([]))
    }

    func with(_ name: String, _ value: String) -> Self {
        var reply = self
        reply.headers.append((name, value))
        return reply
    }

    /// Nothing from elsewhere, nothing inline, no frame around it, and no copy.
    static let safeguards: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
                + "base-uri 'none'; frame-ancestors 'none'"
        ),
        ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"), ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
}
