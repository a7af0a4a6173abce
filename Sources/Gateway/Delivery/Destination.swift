import Mappings
import Rules

/// A tracker that must hear of conversions: how to word a request for it, how to read its reply, and how hard to try.
struct Destination: Sendable {
    var name: String
    /// Requests in flight at once, at most.
    var concurrency = 32
    /// Requests that are begun, at most; nil is as fast as it goes.
    var rate: Rate?
    /// Nil asks on, however often it fails.
    var breaker: Breaker.Settings? = Breaker.Settings()
    /// Requests are written and recorded, and nothing is sent.
    var isDryRun = false
    /// What is older is dead rather than late.
    var maxAge: Duration?
    /// For one whole exchange, from opening the connection to the reply's last byte.
    var timeout: Duration = .seconds(15)
    var schedule = RetrySchedule()
    var egress = Egress()
    /// Called at each attempt, on an event loop: it must not block.
    ///
    /// The state is that of a correction's conversion at this destination, as `DueDelivery` has it; the time is that of the attempt.
    var render: @Sendable (Conversion, DeliveryState?, Timestamp) -> Rendering
    /// Nil where the mapping says nothing about this reply; its status then decides. The body is cut at 64 KiB.
    /// `update` is that of the request that was answered.
    var read: @Sendable (_ status: Int, _ body: [UInt8], _ update: String?) -> ReplyReading? = { _, _, _ in nil }
    /// What an attempt keeps of a request behind its line, credentials masked.
    var record: @Sendable (OutboundRequest) -> String = { $0.recorded() }
    /// Removes this destination's credentials from a text that the tracker wrote: some echo the request in their errors.
    var mask: @Sendable (String) -> String = { $0 }
}
