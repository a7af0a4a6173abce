import Foundation
import Mappings
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Rules

extension ExchangeFailure {
    /// Why no connection was opened.
    init(connecting error: any Error, to origin: Origin) {
        switch error {
        case ChannelError.connectTimeout: self = .connectTimeout(TrackerClient.connectTimeout)
        case let error as IOError where error.errnoCode == ECONNREFUSED: self = .refused(address: origin.shown)
        case let error as IOError where [ECONNRESET, EPIPE, ENOTCONN].contains(error.errnoCode): self = .closed(midReply: false)
        case is ChannelError: self = .closed(midReply: false)
        default: self = .other("\(origin.shown): \(Self.brief(error))")
        }
    }

    /// Why a request that was sent got no reply.
    init(exchanging error: any Error, midReply: Bool) {
        switch error {
        case let error as IOError:
            switch error.errnoCode {
            case ECONNRESET, EPIPE, ENOTCONN: self = .closed(midReply: midReply)
            default: self = .other(Self.brief(error))
            }
        // A peer that closes TLS without a notice may have been cut off on the way, which is what the caller must assume of any close.
        case is ChannelError, NIOSSLError.uncleanShutdown: self = .closed(midReply: midReply)
        case HTTPParserError.invalidEOFState: self = .closed(midReply: true)
        case HTTPParserError.headerOverflow:
            self = .notHTTP("its head is longer than 64 KiB or has more than \(TrackerClient.headerFields) fields")
        case let error as HTTPParserError: self = .notHTTP("\(error)")
        case let error as NIOHTTPDecoderError where error == .unsolicitedResponse: self = .notHTTP("an answer that nobody asked for")
        case is NIOSSLError, is BoringSSLError: self = .other("tls: \(Self.brief(error))")
        default: self = .other(Self.brief(error))
        }
    }

    /// - Parameter certificate: What the other end showed, if it came to that.
    init(handshake error: any Error, host: String, certificate: NIOSSLCertificate?) {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            self = .tls("the certificate is for another host, not for '\(host)'")
        case NIOSSLError.handshakeFailed(let cause) where "\(cause)".contains("CERTIFICATE_VERIFY_FAILED"):
            self = .tls(Self.sentence(for: certificate))
        case NIOSSLError.handshakeFailed(let cause) where "\(cause)".contains("WRONG_VERSION_NUMBER"):
            self = .tls("the other end does not speak tls 1.2 or later")
        case NIOSSLError.handshakeFailed(let cause) where "\(cause)".contains("PROTOCOL_VERSION"):
            self = .tls("the other end does not speak tls 1.2 or later")
        case NIOSSLError.handshakeFailed(.sslError([.eofDuringHandshake])): self = .tls("the connection was closed")
        case NIOSSLError.uncleanShutdown, is IOError, is ChannelError: self = .tls("the connection was closed")
        default: self = .tls(Self.brief(error))
        }
    }

    private static func sentence(for certificate: NIOSSLCertificate?) -> String {
        if let certificate {
            let now = Timestamp(seconds: Int64(time(nil)))
            let end = Timestamp(seconds: Int64(certificate.notValidAfter))
            let start = Timestamp(seconds: Int64(certificate.notValidBefore))
            if end < now { return "the certificate expired at \(end)" }
            if start > now { return "the certificate is valid from \(start) on only" }
        }
        return
            "the certificate is signed by nobody whom this machine trusts; name the authority's certificate in 'ca_file' if it is a private one"
    }

    static func brief(_ error: any Error) -> String { String("\(error)".prefix(300)) }
}
