import Mappings

/// A tracker that conversions are sent to: one entry of the configuration's `destinations:`.
package struct DestinationConfiguration: Sendable {
    package var name: String
    package var target: Target
    package var exponents: CurrencyExponents
    /// How amounts that the tracker's unit cannot hold are rounded; nil is half up, and major units keep all decimals.
    package var surplus: SurplusRule?
    package var concurrency = 32
    package var timeout = Duration.seconds(15)
    /// Nil is as fast as it goes.
    package var rate: Rate?
    /// Nil sends on, however often the destination fails.
    package var breaker: Breaker.Settings? = Breaker.Settings()
    /// Requests are written and recorded, and nothing is sent.
    package var isDryRun = false
    /// What is older is dead rather than late; nil is never.
    package var maxAge: Duration?
    /// The waits after each failed try; the first try is at once. Empty tries once, nil is the default schedule.
    package var retries: [Duration]?
    /// The longest wait that a reply may ask for.
    package var retryAfterMax = Duration.seconds(3600)
    /// What its answers mean beyond what a mapping reads in them.
    package var answers = AnswerRule()
    /// Networks that it may be in although they are no part of the public internet: this machine's own, a private one.
    package var allowNetworks: [IPNetwork] = []
    /// The certificates that are trusted instead of those that the machine trusts, each as DER.
    package var authorities: [[UInt8]]?
    /// Shown instead of a postback URL: with `***` for what came from variables, which may hold a tracker's token.
    package var shown: ShownPostback?

    package enum Target: Sendable {
        case tracker(MappingWriter)
        case postback(PostbackURL)
    }

    package init(name: String, target: Target, exponents: CurrencyExponents) {
        self.name = name
        self.target = target
        self.exponents = exponents
        if case .tracker(let writer) = target {
            answers = AnswerRule(
                isDocumented: true, writesPages: writer.mapping.answersInHTML, headerNames: writer.mapping.answerHeaders)
        }
    }

    /// How the access token is got that its requests carry; nil if they need none.
    package var token: TokenRequest? {
        if case .tracker(let writer) = target { writer.token } else { nil }
    }

    /// Values to be kept out of logs and attempts: credentials, and variables of a postback URL.
    package var secrets: [String] {
        switch target {
        case .tracker(let writer): writer.secrets
        case .postback: shown?.secrets ?? []
        }
    }

    /// Scheme and host, and what of the path no conversion changes.
    package var address: String {
        switch target {
        case .tracker(let writer): writer.url
        case .postback(let url): url.address
        }
    }
}
