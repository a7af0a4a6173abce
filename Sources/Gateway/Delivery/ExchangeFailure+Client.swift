import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix

extension ExchangeFailure {
    /// Reads what the HTTP client and the socket beneath it throw.
    init(_ error: any Error, request: HTTPClient.Request, timeout: Duration, connectTimeout: Duration, midReply: Bool) {
        switch error {
        case let error as HTTPClientError: self = Self.reading(error, timeout, connectTimeout, midReply)
        case let error as NIOConnectionError: self = Self.reading(error)
        case let error as IOError: self = Self.reading(error, request, midReply)
        case is ChannelError: self = .closed(midReply: midReply)
        case let error as HTTPParserError: self = error == .invalidEOFState ? .closed(midReply: midReply) : .notHTTP("\(error)")
        default:
            // The TLS library's errors are many types in a module of its own; all of them name it.
            let type = String(reflecting: type(of: error))
            self = type.contains("SSL") ? .tls(Self.brief(error)) : .other(Self.brief(error))
        }
    }

    private static func reading(_ error: HTTPClientError, _ timeout: Duration, _ connectTimeout: Duration, _ midReply: Bool) -> Self {
        switch error {
        case .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout: .timeout(timeout)
        case .connectTimeout: .connectTimeout(connectTimeout)
        case .tlsHandshakeTimeout: .tls("no answer within \(connectTimeout.text)")
        case .remoteConnectionClosed, .cancelled: .closed(midReply: midReply)
        case .uncleanShutdown: .tls("connection closed without notice")
        case .invalidURL, .emptyHost, .emptyScheme: .unsendable(error.shortDescription.lowercased())
        default:
            // Their names are private, and the values must not be shown.
            "\(error)".contains("invalidHeaderField") ? .unsendable("a header has a malformed name or value") : .other(brief(error))
        }
    }

    private static func reading(_ error: NIOConnectionError) -> Self {
        if error.connectionErrors.isEmpty, error.dnsAError != nil || error.dnsAAAAError != nil { return .hostNotFound(error.host) }
        let address = "\(error.host):\(error.port)"
        for failure in error.connectionErrors {
            if let cause = failure.error as? IOError, cause.errnoCode == ECONNREFUSED { return .refused(address: address) }
        }
        guard let first = error.connectionErrors.first else { return .other("no address of \(address) could be reached") }
        return .other("\(address): \(brief(first.error))")
    }

    private static func reading(_ error: IOError, _ request: HTTPClient.Request, _ midReply: Bool) -> Self {
        switch error.errnoCode {
        case ECONNREFUSED: .refused(address: "\(request.host):\(request.port)")
        case ECONNRESET, EPIPE, ENOTCONN: .closed(midReply: midReply)
        default: .other(brief(error))
        }
    }

    private static func brief(_ error: any Error) -> String { String("\(error)".prefix(300)) }
}
