import Rules

/// A destination: what is sent there, and the way out to it.
struct Destination: Sendable {
    var sending: Sending
    var egress = Egress()
    /// Nil if its requests carry no token.
    var tokens: TokenKeeper?

    var name: String { sending.name }
}

extension Destination {
    init(_ configuration: DestinationConfiguration, routes: [Route]) {
        self.init(sending: Sending(configuration, routes: routes), egress: configuration.egress)
        tokens = sending.token.map { TokenKeeper($0, secrets: configuration.secrets) }
    }
}

extension DestinationConfiguration {
    var egress: Egress { Egress(allow: allowNetworks, trusting: authorities) }
}
