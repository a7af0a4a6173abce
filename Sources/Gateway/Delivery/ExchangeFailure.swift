/// Why a request got no reply that could be read.
enum ExchangeFailure: Error, Sendable, Equatable {
    /// The exchange took longer than the destination's timeout.
    case timeout(Duration)
    case connectTimeout(Duration)
    case refused(address: String)
    case hostNotFound(String)
    case tls(String)
    /// `midReply` is false where not one byte of a reply came.
    case closed(midReply: Bool)
    case notHTTP(String)
    /// The request could not be sent at all: its address or a header is malformed. Trying again does not help until the configuration changes.
    case unsendable(String)
    case other(String)

    var sentence: String {
        switch self {
        case .timeout(let limit): "no answer within \(limit.text)"
        case .connectTimeout(let limit): "tracker did not accept the connection within \(limit.text)"
        case .refused(let address): "connection to \(address) refused"
        case .hostNotFound(let host): "host '\(host)' not found"
        case .tls(let reason): "tls handshake failed: \(reason)"
        case .closed(midReply: false): "tracker closed the connection without an answer"
        case .closed(midReply: true): "tracker closed the connection in the middle of its answer"
        case .notHTTP(let reason): "tracker's answer is not http: \(reason)"
        case .unsendable(let reason): "request cannot be sent: \(reason)"
        case .other(let reason): "connection failed: \(reason)"
        }
    }

    /// The `outcome` of the attempt's row.
    var outcome: String {
        switch self {
        case .timeout, .connectTimeout: "timeout"
        case .unsendable: "rejected"
        default: "connection"
        }
    }
}
