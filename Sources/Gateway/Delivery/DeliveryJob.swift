import Rules

/// One delivery in a worker's hands.
struct DeliveryJob: Sendable {
    var delivery: ReadyDelivery
    let settings: DestinationSettings
    /// They go with it into one request.
    var others: [ReadyDelivery] = []
    /// Its end decides about an open breaker.
    var probe: Int?

    var destination: Destination { settings.destination }
}

/// A destination's settings, shared by all that began under them.
final class DestinationSettings: Sendable {
    let destination: Destination
    init(_ destination: Destination) { self.destination = destination }
}
