/// A request with what must come of it: documentation that runs.
package struct Example: Sendable {
    package var name: String
    package var location: SourceLocation
    /// The tracker page's own sample, which the demo fires.
    package var isSample: Bool
    package var settings: [String: SettingValue]
    /// Nil if the example begins with a conversion.
    package var given: WireRequest?
    /// The conversion to send, by canonical field, if no request is given.
    package var conversion: Fields?
    /// Of an update's example: the conversion that the request is about, before it arrives.
    package var about: Fields?
    /// The source's `defaults`.
    package var defaults: [(path: FieldPath, value: Value)] = []
    /// Canonical fields and their values as texts, `EUR 12.50` for money; nil means absent.
    package var expect: [Expectation]
    /// The error's whole text, if the request must be refused.
    package var error: String?
    package var code: String?
    /// The request that the conversion becomes when it is written back; several if each item is a request.
    package var sends: [Sends]?
    /// Why it cannot be written back.
    package var skips: String?
    package var warnings: [String]?
    /// Why the request changes nothing.
    package var note: String?
    /// The request is a documented message that is no conversion.
    package var ignored: Ignored?

    package enum Ignored: Sendable, Hashable {
        case forAnyReason
        case because(String)
    }

    /// Whether the request is one of those that are taken.
    package var becomesConversion: Bool { error == nil && ignored == nil }

    /// A conversion as an author writes it.
    package struct Fields: Sendable {
        package var values: [(path: FieldPath, value: Value)] = []
        package var items: [Item] = []
    }

    package struct Expectation: Sendable {
        package var name: String
        package var location: SourceLocation
        package var value: String?
    }

    package struct Sends: Sendable {
        package var location: SourceLocation
        package var method: String?
        package var path: String?
        package var query: [(name: String, value: String)]?
        /// The members of a JSON body or the parameters of a form, or the whole body as a text.
        package var body: JSONValue?
        /// Those that are compared; nil means absent.
        package var headers: [(name: String, value: String?)] = []
    }
}
