/// A request to a tracker, ready to be sent, and what may be shown of it.
package struct OutboundRequest: Sendable {
    package var method: String
    /// The whole address, values percent-encoded already: escapes go out as they are, and only what no URL may hold (`[`, a space) is
    /// escaped on the way. Nothing is expanded after this point.
    package var url: String
    /// The same address with credentials replaced by `***`, for logs, attempts and error texts.
    package var maskedURL: String
    /// `User-Agent` and `Content-Length` are added when it is sent.
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Where the conversion itself is in the body, if that holds a list of conversions. Those whose bodies are the same
    /// before and behind it can share one request.
    package var element: Range<Int>?
    /// Names of headers and of the body's members that hold credentials.
    package var secretHeaders: Set<String>
    package var secretMembers: Set<String>
    /// The entry of the mapping's `messages:` or `updates:` that it was written by, whose replies it gets; nil for the main request.
    package var update: String?
    /// What was changed about the conversion so that the tracker can hold it: `amount: 4.1472 USD sent as 415 cents`.
    package var warnings: [String] = []

    package init(
        method: String, url: String, maskedURL: String, headers: [(name: String, value: String)], body: [UInt8],
        element: Range<Int>? = nil, secretHeaders: Set<String> = [], secretMembers: Set<String> = [], update: String? = nil,
        warnings: [String] = []
    ) {
        self.method = method
        self.url = url
        self.maskedURL = maskedURL
        self.headers = headers
        self.body = body
        self.element = element
        self.secretHeaders = secretHeaders
        self.secretMembers = secretMembers
        self.update = update
        self.warnings = warnings
    }

    /// What an attempt shows: `POST https://app.example/api?secret=***`.
    package var maskedLine: String { "\(method) \(maskedURL)" }

    /// What a delivery keeps as its reason: what was changed, before what came of it. Nil if there is nothing to say.
    package func reason(with reason: String?) -> String? {
        warnings.isEmpty ? reason : (warnings + [reason].compactMap(\.self)).joined(separator: "; ")
    }
}
