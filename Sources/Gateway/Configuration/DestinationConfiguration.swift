import Mappings

/// Someone who must hear of conversions.
struct DestinationConfiguration: Sendable {
    var name: String
    var target: Target
    var exponents: CurrencyExponents
    var concurrency = 32
    var timeout = Duration.seconds(15)
    /// The waits before each try; nil is the default schedule.
    var retries: [Duration]?

    enum Target: Sendable {
        case tracker(MappingWriter)
        case postback(PostbackURL)
    }
}
