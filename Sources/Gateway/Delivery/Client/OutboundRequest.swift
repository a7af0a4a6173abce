/// A request ready to be sent, and what may be shown of it.
struct OutboundRequest: Sendable {
    var method: String
    /// The whole address, values percent-encoded already: escapes go out as they stand, and only what no URL may hold (`[`, a space) is
    /// escaped on the way. Nothing is expanded after this point.
    var url: String
    /// The same address with credentials replaced by `***`, for logs, attempts and error texts.
    var maskedURL: String
    /// `User-Agent` and `Content-Length` are added when it is sent.
    var headers: [(name: String, value: String)]
    var body: [UInt8]
    /// Names of headers and of the body's members that hold credentials.
    var secretHeaders: Set<String> = []
    var secretMembers: Set<String> = []
    /// The mapping's update that it was written by, whose replies it gets.
    var update: String?

    /// What an attempt shows: `POST https://app.example/api?secret=***`.
    var maskedLine: String { "\(method) \(maskedURL)" }
}
