import Mappings
import Rules
import Synchronization

/// One destination's queue: hands ready deliveries to its workers as its state allows, none twice.
///
/// Every call but `next` is a short critical section, so that intake may offer from any thread. The destination's settings may change at any
/// time; a delivery that has begun ends under those that it began with. What may happen when is decided by `QueueState`; this class holds the
/// lock, the waiting workers and the timer.
final class DeliveryQueue: Sendable {
    typealias Changed = @Sendable (_ destination: String, _ change: Breaker.Change) -> Void
    private typealias Worker = CheckedContinuation<DeliveryJob?, Never>

    let name: String
    private let clock: DeliveryClock
    /// Called when the window has run low and the store holds more.
    private let runLow: @Sendable () -> Void
    private let changed: Changed
    private let state: Mutex<State>

    private struct State {
        var queue: QueueState
        var settings: DestinationSettings
        /// Workers with nothing to do.
        var idle: [Worker] = []

        mutating func take(at now: Uptime) -> DeliveryJob? {
            queue.begin(at: now).map { DeliveryJob(delivery: $0.delivery, settings: settings, others: $0.others, probe: $0.probe) }
        }

        /// What is to be done outside the lock.
        mutating func actions(at now: Uptime) -> Actions {
            var actions = Actions()
            let surplus = queue.endIdle(of: idle.count)
            if surplus > 0 {
                actions.end = Array(idle.suffix(surplus))
                idle.removeLast(surplus)
            }
            while !idle.isEmpty, let job = take(at: now) { actions.begin.append((idle.removeLast(), job)) }
            actions.wakeUp = queue.takeWakeUp()
            actions.asksForMore = queue.asksForMore()
            return actions
        }
    }

    private struct Actions {
        var begin: [(Worker, DeliveryJob)] = []
        var end: [Worker] = []
        var wakeUp: Uptime?
        var asksForMore = false
        var change: Breaker.Change?
    }

    init(
        destination: Destination, capacity: Int, clock: DeliveryClock, changed: @escaping Changed = { _, _ in },
        runLow: @escaping @Sendable () -> Void
    ) {
        name = destination.name
        self.clock = clock
        self.runLow = runLow
        self.changed = changed
        let queue = QueueState(destination.sending, capacity: capacity)
        state = Mutex(State(queue: queue, settings: DestinationSettings(destination)))
    }

    /// Changes the state, then does outside the lock what follows from it.
    private func update(_ change: (inout QueueState) -> Void) {
        carryOut(
            state.withLock { state in
                change(&state.queue)
                return state.actions(at: clock.uptime())
            })
    }

    private func carryOut(_ actions: Actions) {
        for worker in actions.end { worker.resume(returning: nil) }
        for (worker, job) in actions.begin { worker.resume(returning: job) }
        if actions.asksForMore { runLow() }
        if let change = actions.change { changed(name, change) }
        guard let time = actions.wakeUp else { return }
        clock.timers.schedule(at: time) { self.update { $0.wokeUp(for: time) } }
    }

    // MARK: - Filling

    func offer(_ delivery: ReadyDelivery) { update { $0.offer(delivery) } }

    var wantsFetch: Bool { state.withLock { $0.queue.wantsFetch } }

    func beginFetch() -> (leavingOut: Set<DeliveryID>, limit: Int)? {
        guard let (held, limit) = state.withLock({ $0.queue.beginFetch() }) else { return nil }
        return (Set(held.map { DeliveryID(conversion: $0, destination: name) }), limit)
    }

    /// - Parameter due: Nil if the store could not be read; it is asked again at the next round.
    func endFetch(_ due: [DueDelivery]?, limit: Int) {
        let ready = due?.map { ReadyDelivery($0) }
        update { $0.endFetch(ready, limit: limit) }
    }

    /// Removes deliveries whose results are stored.
    func settle(_ ids: some Sequence<ConversionID>) {
        update { queue in for id in ids { queue.settle(id) } }
    }

    /// Removes a delivery that was not tried; the store has it.
    func giveBack(_ id: ConversionID) { update { $0.giveBack(id) } }

    /// Deliveries that were begun together, and go again in these groups; before `next(after:)`.
    func putBack(_ groups: [[ReadyDelivery]]) { state.withLock { $0.queue.putBack(groups) } }

    // MARK: - Working

    /// How many workers must be started for the destination to have what its settings allow. They are counted as started.
    func staff() -> Int { state.withLock { $0.queue.staff() } }

    /// The next delivery to try, waiting for one; nil if the worker is to end. Each must come back by `next(after:)`.
    func next() async -> DeliveryJob? { await proceed(nil) }

    /// Takes note of how a try ended, and goes on to the next. The delivery stays held until it is settled or given back.
    func next(after job: DeliveryJob, _ ending: Breaker.Ending, status: Int?) async -> DeliveryJob? {
        await proceed((job, ending, status))
    }

    private func proceed(_ finished: (job: DeliveryJob, ending: Breaker.Ending, status: Int?)?) async -> DeliveryJob? {
        let (job, ends, actions): (DeliveryJob?, Bool, Actions) = state.withLock { state in
            let now = clock.uptime()
            let change = finished.flatMap {
                state.queue.finish(
                    $0.job.delivery.id, others: $0.job.others.count, probe: $0.job.probe, $0.ending, status: $0.status, at: now)
            }
            let ends = state.queue.endsWorker()
            let job = ends ? nil : state.take(at: now)
            var actions = state.actions(at: now)
            actions.change = change
            return (job, ends, actions)
        }
        carryOut(actions)
        if let job { return job }
        return ends ? nil : await wait()
    }

    private func wait() async -> DeliveryJob? {
        await withCheckedContinuation { worker in
            // Something may have come between the two looks.
            let (now, actions): (DeliveryJob??, Actions) = state.withLock { state in
                let time = clock.uptime()
                if state.queue.endsWorker() { return (.some(nil), state.actions(at: time)) }
                if let job = state.take(at: time) { return (job, state.actions(at: time)) }
                state.idle.append(worker)
                return (nil, state.actions(at: time))
            }
            if let now { worker.resume(returning: now) }
            carryOut(actions)
        }
    }

    // MARK: - Governing

    /// While it is held or paused nothing is begun.
    func hold(_ isHeld: Bool) { update { $0.hold(isHeld) } }

    /// Whether the store has it paused; until the store has answered, the queue is paused.
    func pause(_ isPaused: Bool) { update { $0.pause(isPaused) } }

    var knowsPause: Bool { state.withLock { $0.queue.knowsPause } }

    /// Takes new settings, or takes the destination up again. Start what `staff` says afterwards.
    func change(to destination: Destination) {
        carryOut(
            state.withLock { state in
                var destination = destination
                // A server may have taken the configuration's refresh token back, and only the keeper has the one that it gave instead.
                if let known = state.settings.destination.tokens, let new = destination.tokens, known.isSame(as: new) {
                    destination.tokens = known
                }
                state.settings = DestinationSettings(destination)
                state.queue.change(to: destination.sending)
                return state.actions(at: clock.uptime())
            })
    }

    /// Begins nothing more and forgets what waits; what is in flight ends.
    func retire() { update { $0.retire() } }
    var isRetired: Bool { state.withLock { $0.queue.isRetired } }

    /// Begins nothing more; workers end after what they have in hand.
    func drain() { update { $0.drain() } }

    /// What is still under way from here on is not recorded, and stays pending.
    func abandon() { state.withLock { $0.queue.abandon() } }
    var isAbandoned: Bool { state.withLock { $0.queue.isAbandoned } }

    /// The latest times at which a delivery can be due after 0, 1, … attempts.
    func latestTimes(at now: Timestamp) -> [Timestamp] {
        state.withLock { $0.settings.destination.sending.schedule.latestTimes(at: now) }
    }

    var activity: DeliveryActivity { state.withLock { $0.queue.activity } }
}
