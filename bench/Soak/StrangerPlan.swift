import NIOCore

/// One way to misuse the port. Each has a loopback address of its own, so that the gateway's side of its connections can be counted.
struct StrangerPlan: Sendable {
    /// What is done with it, all of it bounded.
    enum Deed: Sendable {
        /// So many connections that send this and then nothing more, or `drip` twice a second; replies are read only if `reads`. At the end
        /// the gateway must close them by itself, unless the stranger `leaves`: what counts as idle may stay longer than a run.
        case hold(connections: Int, opening: ByteBuffer, drip: ByteBuffer? = nil, reads: Bool = true, leaves: Bool = false)
        /// Proper HTTP, so many requests a second over four connections.
        case flood(rate: Int, request: @Sendable (_ number: Int, _ dice: inout Dice) -> Request)
        /// Bytes that are no HTTP, so many connections a second, each closed after the answer or two seconds.
        case shoot(rate: Int, bytes: @Sendable (_ number: Int, _ dice: inout Dice) -> ByteBuffer)
    }

    let name: String
    /// Its requests are `hostile`'s, which has a key of its own and may be answered 200.
    var hasKey = false
    let deed: Deed

    /// The source that a hostile sender has a key of. Its sales go to a destination that sends nothing.
    static let source = "hostile"
    static let destination = "nowhere"
    static let sourceLine = "  \(source): { tracker: refcampaign, credentials: { api_key: soak_hostile_key } }"
    static let destinationLines = """
          \(destination):
            postback_url: "https://t.example/postback?txid={order_id}"
            dry_run: true
        """
    static let routeLine = "  - { from: \(source), to: \(destination) }"

    static var all: [StrangerPlan] { holders + floods + keyed + shots }
}
