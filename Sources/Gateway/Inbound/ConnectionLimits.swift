/// What one connection, and all of them together, may cost.
struct ConnectionLimits: Sendable {
    /// Bytes of a body.
    var body = 1024 * 1024
    /// For a connection that says nothing between two requests, and for one that has not finished a request's head.
    var idle = Duration.seconds(75)
    /// For a request's body, from the end of its head to its last byte.
    var arrival = Duration.seconds(30)
    /// Nil: as many as the process may open, less what store and deliveries need.
    var connections: Int?
    /// For requests that are still coming in when the service ends; then their connections are cut.
    var drain = Duration.seconds(10)
}
