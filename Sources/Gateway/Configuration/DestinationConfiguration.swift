import Mappings
import NIOSSL
import Rules

/// A tracker that conversions are sent to.
struct DestinationConfiguration: Sendable {
    var name: String
    var target: Target
    var exponents: CurrencyExponents
    var concurrency = 32
    var timeout = Duration.seconds(15)
    /// Nil is as fast as it goes.
    var rate: Rate?
    /// Nil asks on, however often the destination fails.
    var breaker: Breaker.Settings? = Breaker.Settings()
    /// Requests are written and recorded, and nothing is sent.
    var isDryRun = false
    /// What is older is dead rather than late; nil is never.
    var maxAge: Duration?
    /// The waits after each failed try; the first try is at once. Empty tries once, nil is the default schedule.
    var retries: [Duration]?
    /// Networks that it may be in although they are no part of the public internet: this machine's own, a private one.
    var allowNetworks: [IPNetwork] = []
    /// Whose certificates are trusted instead of those that the machine trusts.
    var authorities: [NIOSSLCertificate]?

    /// What stands for a postback URL wherever it is shown: with `***` for what came from variables, who may hold a tracker's token.
    var shown: ShownPostback?

    /// Values to be kept out of logs and attempts: credentials, and variables of a postback URL.
    var secrets: [String] {
        switch target {
        case .tracker(let writer): Array(writer.credentials.values)
        case .postback: shown?.secrets ?? []
        }
    }

    var egress: Egress { Egress(allow: allowNetworks, trusting: authorities) }

    /// Scheme and host, and what of the path no conversion changes.
    var address: String {
        switch target {
        case .tracker(let writer): writer.url
        case .postback(let url): url.address
        }
    }

    enum Target: Sendable {
        case tracker(MappingWriter)
        case postback(PostbackURL)
    }
}
