import Mappings
import Rules
import Synchronization

/// What became of the tries to tell one destination, since the start of the process.
final class DeliveryMetrics: Sendable {
    struct State {
        /// By what a try came to.
        var attempts: [AttemptOutcome: Int] = [:]
        /// By what a delivery ended as.
        var ended: [DeliveryState: Int] = [:]
    }

    /// From the first byte of a request to the last of its answer, in microseconds.
    let latency = Histogram(Histogram.latencies)
    /// From the receipt of a conversion until the destination had it, in microseconds.
    let arrival = Histogram(Histogram.delays)
    private let state = Mutex(State())

    /// Counts a result that is stored.
    func count(_ result: AttemptResult) {
        if let attempt = result.attempt {
            latency.observe(Int(clamping: attempt.latency))
            if result.state.hasArrived {
                let arrived = attempt.startedAt.microseconds &+ attempt.latency
                arrival.observe(Int(clamping: max(0, arrived &- result.delivery.conversion.time.microseconds)))
            }
        }
        state.withLock { state in
            if let attempt = result.attempt { state.attempts[attempt.outcome, default: 0] += 1 }
            if result.state != .pending { state.ended[result.state, default: 0] += 1 }
        }
    }

    func read() -> State { state.withLock { $0 } }
}
