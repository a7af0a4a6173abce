import Rules

/// A destination: what is sent there, and the way out to it.
struct Destination: Sendable {
    var sending: Sending
    var egress = Egress()

    var name: String { sending.name }
}

extension Destination {
    init(_ configuration: DestinationConfiguration, routes: [Route]) {
        self.init(sending: Sending(configuration, routes: routes), egress: configuration.egress)
    }
}

extension DestinationConfiguration {
    var egress: Egress { Egress(allow: allowNetworks, trusting: authorities) }
}
