/// Names a kind of failure; the reply of the same name answers it.
package struct FailureCode: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral, CustomStringConvertible {
    package var rawValue: String

    package init(rawValue: String) { self.rawValue = rawValue }
    package init(stringLiteral value: String) { rawValue = value }
    package var description: String { rawValue }

    /// A value that its field cannot take.
    package static let invalid: FailureCode = "invalid"
    /// An impossible amount: a refund of more than the sale.
    package static let invalidAmount: FailureCode = "invalid_amount"
    /// A required parameter that was not sent.
    package static let missingField: FailureCode = "missing_field"
    /// A body that is not JSON, not UTF-8, too deep, or has a key twice.
    package static let malformed: FailureCode = "malformed"
    package static let unauthorized: FailureCode = "unauthorized"
    package static let forbidden: FailureCode = "forbidden"
    package static let notFound: FailureCode = "not_found"
    package static let methodNotAllowed: FailureCode = "method_not_allowed"
    package static let conflict: FailureCode = "conflict"
    package static let tooLarge: FailureCode = "too_large"
    package static let unsupportedMediaType: FailureCode = "unsupported_media_type"
    package static let rateLimited: FailureCode = "rate_limited"
    package static let overloaded: FailureCode = "overloaded"
    package static let failed: FailureCode = "failed"

    /// The HTTP status that goes with it if a mapping says nothing.
    package var status: Int {
        switch self {
        case .unauthorized: 401
        case .forbidden: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .conflict: 409
        case .tooLarge: 413
        case .unsupportedMediaType: 415
        case .rateLimited: 429
        case .failed: 500
        case .overloaded: 503
        default: 400
        }
    }

    /// Whether the same request may be taken later, so that its sender must see that it was not.
    var isTemporary: Bool { [.rateLimited, .failed, .overloaded].contains(self) }

    /// The code whose reply is used if a mapping has none of this name.
    package var fallback: FailureCode? {
        switch self {
        case .missingField, .malformed, .invalidAmount: .invalid
        // A mapping for destinations alone may leave it out.
        case "duplicate": "accepted"
        default: nil
        }
    }
}
