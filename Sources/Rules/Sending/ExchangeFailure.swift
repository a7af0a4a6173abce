/// Why a request got no reply that could be read.
package enum ExchangeFailure: Error, Sendable, Equatable {
    /// The exchange took longer than the destination's timeout.
    case timeout(Duration)
    case connectTimeout(Duration)
    case refused(address: String)
    case hostNotFound(String)
    /// The host has no address that the destination may be reached at; its name or the configuration may change.
    case refusedAddress(host: String, address: String, AddressPolicy.Refusal)
    case tls(String)
    /// `midReply` is false if not one byte of a reply came.
    case closed(midReply: Bool)
    case notHTTP(String)
    /// The request could not be sent at all: its address or a header is malformed. Trying again does not help until the configuration changes.
    case unsendable(String)
    case other(String)

    package var sentence: String {
        switch self {
        case .timeout(let limit): "no answer within \(limit.text)"
        case .connectTimeout(let limit): "tracker did not accept the connection within \(limit.text)"
        case .refused(let address): "connection to \(address) refused"
        case .hostNotFound(let host): "host '\(host)' not found"
        case .refusedAddress(let host, let address, let refusal):
            "\(host == address ? address : "host '\(host)' has the address \(address), which") is \(refusal.kind); add \(refusal.network) to "
                + "'allow_networks' of the destination if that is meant"
        case .tls(let reason): "tls handshake failed: \(reason)"
        case .closed(midReply: false): "tracker closed the connection without an answer"
        case .closed(midReply: true): "tracker closed the connection in the middle of its answer"
        case .notHTTP(let reason): "tracker's answer is not http: \(reason)"
        case .unsendable(let reason): "request cannot be sent: \(reason)"
        case .other(let reason): "connection failed: \(reason)"
        }
    }

    package var outcome: AttemptOutcome {
        switch self {
        case .timeout, .connectTimeout: .timeout
        case .unsendable: .rejected
        case .refusedAddress: .refusedAddress
        default: .connection
        }
    }
}
