import Mappings

/// Someone who must hear of conversions.
struct DestinationConfiguration: Sendable {
    var name: String
    var target: Target
    var exponents: CurrencyExponents
    var concurrency = 32
    var timeout = Duration.seconds(15)
    /// The waits after each failed try; the first try is at once. Empty tries once, nil is the default schedule.
    var retries: [Duration]?

    /// Credentials' values, to be kept out of logs and attempts.
    var secrets: [String] {
        guard case .tracker(let writer) = target else { return [] }
        return Array(writer.credentials.values)
    }

    enum Target: Sendable {
        case tracker(MappingWriter)
        case postback(PostbackURL)
    }
}
