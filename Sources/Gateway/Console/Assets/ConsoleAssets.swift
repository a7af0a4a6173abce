import Crypto

/// The style, the script and the icon that every page uses. The binary carries them.
enum ConsoleAssets {
    /// With a part of the content's digest, so that a browser that keeps it gets a changed one at once.
    static let stylePath = "/console.css?v=\(version(ConsoleStyle.text))"
    static let scriptPath = "/console.js?v=\(version(ConsoleScript.text))"

    private static let icon = """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#1f5fd0"/>\
        <path d="M7 16h12m-5-6 6 6-6 6" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round" stroke-linejoin="round"/>\
        <path d="M25 8v16" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>
        """

    private static func version(_ text: String) -> String {
        SecretText.digest(text).prefix(4).map { String($0, radix: 16) }.joined()
    }

    /// Nil for another path, or for what is not read.
    static func reply(to request: ConsoleRequest) -> ConsoleReply? {
        guard request.isReading else { return nil }
        let found: (type: String, text: String)? =
            switch request.path {
            case "/console.css": ("text/css; charset=utf-8", ConsoleStyle.text)
            case "/console.js": ("text/javascript; charset=utf-8", ConsoleScript.text)
            case "/icon.svg", "/favicon.ico": ("image/svg+xml", icon)
            default: nil
            }
        guard let found else { return nil }
        var reply = ConsoleReply(contentType: found.type, body: .bytes(Array(found.text.utf8)))
        reply.isPublic = true
        return reply
    }
}
