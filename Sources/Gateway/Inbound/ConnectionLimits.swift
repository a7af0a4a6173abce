/// What one connection, and all of them together, may cost.
struct ConnectionLimits: Sendable {
    /// Bytes of a body.
    var body = 1024 * 1024
    /// Bytes of all big bodies together that are coming in or are being worked on.
    var bodies = 256 * 1024 * 1024
    /// Open connections from one address that is not a trusted proxy's.
    var perAddress = 256
    /// For a connection without a request between two of them, and for one that has not finished a request's head.
    ///
    /// Longer than clients keep an idle connection (Go 90 s, libcurl 118 s): a POST on a connection that the gateway is closing in the same
    /// moment would be lost.
    var idle = Duration.seconds(125)
    /// For a request's body, from the end of its head to its last byte.
    var arrival = Duration.seconds(30)
    /// For a body that finds no room among the others.
    var patience = Duration.seconds(2)
    /// For a reply, from when it is ready until the sender has taken it.
    var taking = Duration.seconds(30)
    /// For what the sender still has under way when the connection ends: closing on it would cost the sender the reply.
    var farewell = Duration.seconds(2)
    /// Nil: as many as the process may open, less what store and deliveries need.
    var connections: Int?
    /// For requests that are still coming in when the service ends; then their connections are cut.
    var drain = Duration.seconds(10)
}

extension ConnectionLimits {
    /// Takes what a configuration says and a reload may change.
    mutating func take(_ limits: ServiceLimits) {
        body = limits.body
        bodies = limits.bodies
        perAddress = limits.connectionsPerAddress
    }
}
