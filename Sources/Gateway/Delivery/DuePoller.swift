import Mappings
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

    /// How soon a change that another process made to the store is noticed.
    static let longestPause: Duration = .seconds(1)
    /// Retries that fall due close together are fetched together.
    static let shortestPause: Duration = .milliseconds(10)

    /// Runs until the queues drain.
    func run() async {
        var nextRound = clock.now()
        var link = OperatorLink(store: store, clock: clock)
        while !heartbeat.isStopped {
            heartbeat.beat(at: clock.now())
            do throws(StoreError) {
                try await link.look(after: queues())
                for queue in queues() where queue.wantsFetch { try await refill(queue) }
                if clock.now() >= nextRound {
                    nextRound = try await round()
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
