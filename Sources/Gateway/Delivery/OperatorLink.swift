import Logging
import Mappings
import Rules

/// Links operators and queues through the store, about once a second: pauses come in, reports on each destination go out.
///
/// Writes only if something has changed, so that an idle gateway leaves its disk alone.
struct OperatorLink {
    let store: any GovernanceStore
    let clock: DeliveryClock
    let logger: Logger
    /// The reasons of those that are paused.
    private var paused: [String: String] = [:]
    private var reported: [String: DeliveryActivity] = [:]
    private var nextLook: Timestamp?

    private static let interval: Duration = .milliseconds(900)

    init(store: any GovernanceStore, clock: DeliveryClock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
    }

    /// Does nothing if the last look is not long ago and every queue knows whether it is paused.
    mutating func look(after queues: [DeliveryQueue]) async throws(StoreError) {
        let now = clock.now()
        let isDue = nextLook.map { now >= $0 || $0.duration(to: now) < .zero - Self.interval } ?? true
        guard isDue || queues.contains(where: { !$0.knowsPause }) else { return }
        let controls = Dictionary(try await store.controls().map { ($0.destination, $0.reason) }) { first, _ in first }
        for queue in queues {
            queue.pause(controls[queue.name] != nil)
            note(controls[queue.name], of: queue.name)
        }
        nextLook = now.advanced(by: Self.interval)
        let current = Dictionary(queues.map { ($0.name, $0.activity) }) { first, _ in first }
        guard current != reported else { return }
        let time = clock.now()
        try await store.report(current.sorted { $0.key < $1.key }.map { report($0.key, $0.value, at: time) })
        reported = current
    }

    /// - Parameter reason: An operator's, for a pause; nil if there is none.
    private mutating func note(_ reason: String?, of name: String) {
        guard paused[name] != reason else { return }
        paused[name] = reason
        if let reason {
            let because = reason.isEmpty ? "" : ": \(reason.inOneLine)"
            logger.info("destination '\(name)' is paused by an operator\(because)", metadata: ["destination": "\(name)"])
        } else {
            logger.info("destination '\(name)' is resumed by an operator", metadata: ["destination": "\(name)"])
        }
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
