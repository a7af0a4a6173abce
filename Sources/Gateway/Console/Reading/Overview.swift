import Mappings
import Rules

/// The numbers of the overview. Each is kept by the store, or counted over the newest messages up to a bound that is said.
struct Overview {
    enum Span: String, CaseIterable {
        case hour, day, month

        var words: String {
            switch self {
            case .hour: "the last hour"
            case .day: "the last 24 hours"
            case .month: "the last 30 days"
            }
        }

        fileprivate var step: Duration {
            switch self {
            case .hour: .seconds(120)
            case .day: .seconds(1800)
            case .month: .seconds(86_400)
            }
        }

        fileprivate var count: Int {
            switch self {
            case .hour: 30
            case .day: 48
            case .month: 30
            }
        }
    }

    let span: Span
    let traffic: RecentTraffic
    let destinations: [DestinationStatus]
    let sources: [String]
    let losses: Losses
    /// Refused requests of senders since midnight.
    let refusedToday: Int
    let midnight: Timestamp
    let now: Timestamp

    /// Messages that the chart counts at most.
    static let most = 20_000

    init(
        _ span: Span, in store: any ReadingStore & GovernanceStore, _ configuration: Configuration, zone: Zone, now: Timestamp
    ) async throws(StoreError) {
        self.span = span
        self.now = now
        midnight = zone.today(at: now).lowerBound
        let start = now.advanced(by: .zero - span.step * span.count)
        let steps = RecentTraffic.Span(start: start, step: span.step, count: span.count)
        traffic = try await store.traffic(steps, limit: Self.most)
        losses = try await Losses(since: midnight, in: store)
        refusedToday = try await store.count(RefusedFilter(since: midnight, strangers: false, unrouted: false))
        destinations = try await DestinationStatus.all(in: store, configuration, Self.ended(traffic), now: now, isServing: true)
        sources = configuration.sourceNames + Set(traffic.received.map(\.source)).subtracting(configuration.sourceNames).sorted()
    }

    /// Of the messages of the span.
    private static func ended(_ traffic: RecentTraffic) -> StoreStatus {
        var status = StoreStatus()
        for owed in traffic.owed where owed.state != .pending {
            status.ended[owed.destination, default: EndedDeliveries()].counts[owed.state, default: 0] += owed.count
        }
        return status
    }
}
