import Logging
import Mappings
import Rules
import Synchronization

/// Brings what is due from the store into the queues: what was pending at the start, retries, what did not fit, and what another process replayed.
struct DuePoller: Sendable {
    /// Of the destinations that are configured now.
    let queues: @Sendable () -> [DeliveryQueue]
    let store: any DeliveryStore & GovernanceStore
    let watch: StoreWatch
    let clock: DeliveryClock
    let waker: Waker
    let heartbeat: Heartbeat
    let logger: Logger

    /// How soon a change that another process made to the store is noticed.
    static let longestPause: Duration = .seconds(1)
    /// Retries that fall due close together are fetched together.
    static let shortestPause: Duration = .milliseconds(10)

    /// Runs until the queues drain.
    func run() async {
        var nextRound = clock.now()
        var link = OperatorLink(store: store, clock: clock, logger: logger)
        var clockWatch = ClockWatch()
        while !heartbeat.isStopped {
            heartbeat.beat(at: clock.uptime())
            let now = clock.now()
            // No round is planned further ahead: somebody has set the clock back.
            if now.advanced(by: Self.longestPause) < nextRound { nextRound = now }
            do throws(StoreError) {
                try await link.look(after: queues())
                for queue in queues() where queue.wantsFetch { try await refill(queue) }
                if clock.now() >= nextRound {
                    nextRound = try await round()
                    if clockWatch.isDue(at: now, uptime: clock.uptime()), try await bringForward() { nextRound = clock.now() }
                    watch.worked()
                }
            } catch {
                watch.failed(error)
                nextRound = clock.now().advanced(by: Self.longestPause)
            }
            let earliest = clock.now().advanced(by: Self.shortestPause)
            nextRound = min(nextRound, max(earliest, await waker.sleep(until: nextRound)))
        }
        await link.leave()
    }

    /// Looks after every destination. Returns when to do so again.
    private func round() async throws(StoreError) -> Timestamp {
        let due = try await store.nextDue()
        let now = clock.now()
        var next = now.advanced(by: Self.longestPause)
        for queue in queues() {
            guard let time = due[queue.name] else { continue }
            if time <= now { try await refill(queue) } else { next = min(next, time) }
        }
        return next
    }

    /// Whether anything was due later than its schedule explains.
    private func bringForward() async throws(StoreError) -> Bool {
        var isChanged = false
        for queue in queues() {
            let now = clock.now()
            let count = try await store.bringForward(queue.name, dueAfter: queue.latestTimes(at: now), to: now)
            guard count > 0 else { continue }
            isChanged = true
            logger.warning(
                "\(count.of("delivery")) to '\(queue.name)' would have waited longer than 'retries' and 'retry_after_max' say, and can be sent now: the clock was set back, or these keys were changed",
                metadata: ["destination": "\(queue.name)"])
        }
        return isChanged
    }

    private func refill(_ queue: DeliveryQueue) async throws(StoreError) {
        guard let (leavingOut, limit) = queue.beginFetch() else { return }
        do throws(StoreError) {
            let due = try await store.due(queue.name, at: clock.now(), leavingOut: leavingOut, limit: limit)
            queue.endFetch(due, limit: limit)
        } catch {
            queue.endFetch(nil, limit: limit)
            throw error
        }
    }
}
