import Mappings
import Rules

/// Links operators and queues through the store, about once a second: pauses come in, reports on each destination go out.
///
/// Writes only if something has changed, so that an idle gateway leaves its disk alone.
struct OperatorLink {
    let store: any GovernanceStore
    let clock: DeliveryClock
    private var reported: [String: DeliveryActivity] = [:]
    private var nextLook: Timestamp?

    private static let interval: Duration = .milliseconds(900)

    init(store: any GovernanceStore, clock: DeliveryClock) {
        self.store = store
        self.clock = clock
    }

    /// Does nothing if the last look is not long ago and every queue knows whether it is paused.
    mutating func look(after queues: [DeliveryQueue]) async throws(StoreError) {
        let now = clock.now()
        let isDue = nextLook.map { now >= $0 || $0.duration(to: now) < .zero - Self.interval } ?? true
        guard isDue || queues.contains(where: { !$0.knowsPause }) else { return }
        let paused = Set(try await store.controls().map(\.destination))
        for queue in queues { queue.pause(paused.contains(queue.name)) }
        nextLook = now.advanced(by: Self.interval)
        let current = Dictionary(queues.map { ($0.name, $0.activity) }) { first, _ in first }
        guard current != reported else { return }
        let time = clock.now()
        try await store.report(current.sorted { $0.key < $1.key }.map { report($0.key, $0.value, at: time) })
        reported = current
    }

    /// The last report: this process does not serve any more.
    func leave() async { try? await store.report([]) }

    private func report(_ name: String, _ activity: DeliveryActivity, at now: Timestamp) -> DestinationReport {
        let start = clock.uptime()
        func time(_ moment: Uptime) -> Timestamp { now.advanced(by: moment - start) }
        let breaker: DestinationReport.Breaker
        var probeAt: Timestamp?
        switch activity.breaker {
        case .closed: breaker = .closed
        case .halfOpen: breaker = .halfOpen
        case .open(let until):
            breaker = .open
            probeAt = time(until)
        }
        return DestinationReport(
            destination: name, breaker: breaker, openedAt: activity.openedAt.map(time), probeAt: probeAt, failures: activity.failures,
            reason: activity.reason, inFlight: activity.inFlight, waiting: activity.waiting, rate: activity.rate?.description,
            isDryRun: activity.isDryRun, lastStatus: activity.lastStatus, answeredAt: activity.lastAnswer.map(time), reportedAt: now)
    }
}
