import Mappings
import Rules
import Synchronization

/// All that `GET /metrics` shows: counted where it happens, and only read here. No query runs for a page.
///
/// Labels are names of the configuration and words of this program, never an address or an id. Every series of a configured source or
/// destination is there from the start, with 0.
final class GatewayMetrics: Sendable {
    private struct State {
        var sources: [String: IntakeMetrics] = [:]
        var destinations: [String: DeliveryMetrics] = [:]
        var store = StoreFigures()
    }

    /// Requests of no source: they prove nobody, or reach no tracker.
    let strangers = IntakeMetrics()
    /// From the last byte of a request to its reply, in microseconds.
    let replies = Histogram(Histogram.latencies)
    let commits: CommitMetrics
    private let state = Mutex(State())

    /// - Parameter commits: the store's.
    init(commits: CommitMetrics = CommitMetrics()) {
        self.commits = commits
    }

    func source(_ name: String) -> IntakeMetrics {
        state.withLock { state in
            if let known = state.sources[name] { return known }
            let new = IntakeMetrics()
            state.sources[name] = new
            return new
        }
    }

    func destination(_ name: String) -> DeliveryMetrics {
        state.withLock { state in
            if let known = state.destinations[name] { return known }
            let new = DeliveryMetrics()
            state.destinations[name] = new
            return new
        }
    }

    func take(_ figures: StoreFigures) { state.withLock { $0.store = figures } }

    /// - Parameter activity: what each destination's queue is about now.
    func page(_ activity: [String: DeliveryActivity], version: String) -> String {
        let (sources, destinations, store) = state.withLock { state in
            (state.sources.sorted { $0.key < $1.key }, state.destinations.sorted { $0.key < $1.key }, state.store)
        }
        var page = MetricsPage()
        page.begin("gateway_info", .gauge, "The version of the gateway that answers.")
        page.add("gateway_info", ["version": version], 1)
        page.add(sources + [("(unknown)", strangers)])
        page.begin("gateway_reply_seconds", .histogram, "From the last byte of a request to its reply.")
        page.add("gateway_reply_seconds", histogram: replies, scale: 1_000_000)
        page.add(commits)
        page.add(destinations)
        page.add(activity.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        page.add(store, destinations.map(\.key))
        return page.text
    }
}
