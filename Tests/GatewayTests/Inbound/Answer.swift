import Rules

@testable import Gateway

/// A reply as a test reads it.
struct Answer: Equatable, CustomStringConvertible {
    var status: Int
    var body: String
    var headers: [String: String]

    init(_ reply: ReceptionReply) {
        status = reply.wire.status
        body = String(decoding: reply.wire.body, as: UTF8.self)
        headers = Dictionary(reply.headers.map { ($0.name, $0.value) }) { first, _ in first }
    }

    init(_ status: Int, _ body: String, headers: [String: String] = [:]) {
        self.status = status
        self.body = body
        self.headers = headers
    }

    var description: String { "\(status) \(body) \(headers)" }
}
