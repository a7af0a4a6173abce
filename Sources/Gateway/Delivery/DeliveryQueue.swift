import Mappings
import NIOCore
import Rules
import Synchronization

/// One destination's queue: hands ready deliveries to its workers as its governor allows, none twice.
///
/// Every call but `next` is a short critical section, so that intake may offer from any thread. The destination's settings may change at any
/// time; a delivery that has begun ends under those that it began with.
final class DeliveryQueue: Sendable {
    typealias Changed = @Sendable (_ destination: String, _ change: Breaker.Change) -> Void

    let name: String
    private let timers: any EventLoop
    /// Called when the window has run low and the store holds more.
    private let runLow: @Sendable () -> Void
    private let changed: Changed
    private let state: Mutex<State>

    private struct State {
        var window: ReadyWindow
        var governor: Governor
        var settings: DestinationSettings
        /// Workers with nothing to do.
        var idle: [CheckedContinuation<DeliveryJob?, Never>] = []
        /// Workers in all, and how many there should be.
        var workers = 0
        var wantedWorkers = 0
        /// When the governor will be asked again by itself.
        var alarm: Uptime?
        /// Asked for by `take`, to be set once the lock is released.
        var pendingAlarm: Uptime?
        var hasAskedForMore = false
        var isDraining = false
        var isAbandoned = false
        /// The configuration has it no more: nothing is begun, and what waits is the store's.
        var isRetired = false
        /// Whether the store has been asked if it is paused; until then it is.
        var knowsPause = false
        var lastAnswer: Uptime?
        var lastStatus: Int?
        var attempts = 0
        var answers = 0

        /// What may begin now. Where that is a matter of time, `alarm` says when.
        mutating func take() -> DeliveryJob? {
            guard !isDraining, !isRetired, window.waitingCount > 0, unrecorded < unrecordedLimit else { return nil }
            switch governor.start(at: .now()) {
            case .unknown: return nil
            case .after(let time):
                if alarm.map({ time < $0 }) ?? true { pendingAlarm = time }
                return nil
            case .now(let probe):
                guard let delivery = window.take() else { return nil }
                return DeliveryJob(delivery: delivery, settings: settings, probe: probe)
            }
        }

        /// Results that wait for the store; when it is slow, nothing more is sent than it can be told of soon.
        var unrecorded: Int { window.underWay - governor.inFlight }
        private var unrecordedLimit: Int { min(window.capacity, governor.concurrency + 512) }

        mutating func finish(_ job: DeliveryJob, _ ending: Breaker.Ending, status: Int?) -> Breaker.Change? {
            if ending != .nothing { attempts += 1 }
            if let status {
                answers += 1
                lastStatus = status
                lastAnswer = .now()
            }
            return governor.ended(ending, probe: job.probe, at: .now())
        }

        /// What is to be done outside the lock.
        mutating func actions() -> Actions {
            var actions = Actions()
            while !idle.isEmpty, let job = take() { actions.begin.append((idle.removeLast(), job)) }
            if let time = pendingAlarm {
                pendingAlarm = nil
                alarm = time
                actions.alarm = time
            }
            if window.wantsFetch, !hasAskedForMore, !isRetired {
                hasAskedForMore = true
                actions.asksForMore = true
            }
            return actions
        }

        /// Workers that are too many, to be sent home.
        mutating func surplus() -> [CheckedContinuation<DeliveryJob?, Never>] {
            let count = isDraining ? idle.count : min(idle.count, max(0, workers - wantedWorkers))
            workers -= count
            defer { idle.removeLast(count) }
            return Array(idle.suffix(count))
        }
    }

    private struct Actions {
        var begin: [(CheckedContinuation<DeliveryJob?, Never>, DeliveryJob)] = []
        var alarm: Uptime?
        var asksForMore = false
        var change: Breaker.Change?
    }

    init(
        destination: Destination, capacity: Int, timers: any EventLoop, changed: @escaping Changed = { _, _ in },
        runLow: @escaping @Sendable () -> Void
    ) {
        name = destination.name
        self.timers = timers
        self.runLow = runLow
        self.changed = changed
        var governor = Governor(destination.sending.limits)
        governor.isPaused = true
        state = Mutex(
            State(
                window: ReadyWindow(capacity: capacity), governor: governor, settings: DestinationSettings(destination),
                wantedWorkers: max(1, destination.sending.concurrency)))
    }

    /// Changes the state, then does outside the lock what follows from it.
    private func update(_ change: (inout State) -> Breaker.Change?) {
        carryOut(
            state.withLock { state in
                let happened = change(&state)
                var actions = state.actions()
                actions.change = happened
                return actions
            })
    }

    private func carryOut(_ actions: Actions) {
        for (worker, job) in actions.begin { worker.resume(returning: job) }
        if actions.asksForMore { runLow() }
        if let change = actions.change { changed(name, change) }
        guard let time = actions.alarm else { return }
        timers.scheduleTask(deadline: NIODeadline(time)) {
            self.update { state in
                if state.alarm.map({ $0 <= time }) ?? false { state.alarm = nil }
                return nil
            }
        }
    }

    // MARK: - Filling

    func offer(_ delivery: ReadyDelivery) {
        update { state in
            if !state.isRetired { _ = state.window.offer(delivery) }
            return nil
        }
    }

    var wantsFetch: Bool { state.withLock { $0.window.wantsFetch && !$0.isRetired } }

    func beginFetch() -> (leavingOut: Set<DeliveryID>, limit: Int)? {
        let begun = state.withLock { state in
            // While it is paused, what waits may as well wait in the store.
            state.isRetired || (state.governor.isPaused && state.knowsPause) ? nil : state.window.beginFetch()
        }
        guard let (held, limit) = begun else { return nil }
        return (Set(held.map { DeliveryID(conversion: $0, destination: name) }), limit)
    }

    /// - Parameter due: Nil where the store could not be read; it is asked again at the next round.
    func endFetch(_ due: [DueDelivery]?, limit: Int) {
        let ready = (due ?? []).map { ReadyDelivery($0) }
        update { state in
            state.window.endFetch(ready, wasFull: due.map { $0.count >= limit } ?? true)
            state.hasAskedForMore = due == nil
            if state.isRetired { state.window.dropWaiting() }
            return nil
        }
    }

    // MARK: - Working

    /// How many workers must be started for the destination to have what its settings allow. They are counted as started.
    func staff() -> Int {
        state.withLock { state in
            guard !state.isDraining else { return 0 }
            let missing = max(0, state.wantedWorkers - state.workers)
            state.workers += missing
            return missing
        }
    }

    /// The next delivery to try, waiting for one; nil when the worker should end. Each must come back by `finish`.
    func next() async -> DeliveryJob? { await proceed(nil) }

    /// Takes note of how a try ended, and goes on to the next. The delivery stays held until it is settled or let go.
    func next(after job: DeliveryJob, _ ending: Breaker.Ending, status: Int?) async -> DeliveryJob? {
        await proceed((job, ending, status))
    }

    private func proceed(_ finished: (job: DeliveryJob, ending: Breaker.Ending, status: Int?)?) async -> DeliveryJob? {
        let (job, ends, actions): (DeliveryJob?, Bool, Actions) = state.withLock { state in
            let change = finished.flatMap { state.finish($0.job, $0.ending, status: $0.status) }
            let ends = state.isDraining || state.workers > state.wantedWorkers
            if ends { state.workers -= 1 }
            let job = ends ? nil : state.take()
            var actions = state.actions()
            actions.change = change
            return (job, ends, actions)
        }
        carryOut(actions)
        if let job { return job }
        if ends { return nil }
        return await withCheckedContinuation { continuation in
            // Something may have come between the two looks.
            let (now, actions): (DeliveryJob??, Actions) = state.withLock { state in
                if state.isDraining || state.workers > state.wantedWorkers {
                    state.workers -= 1
                    return (.some(nil), state.actions())
                }
                if let job = state.take() { return (job, state.actions()) }
                state.idle.append(continuation)
                return (nil, state.actions())
            }
            if let now { continuation.resume(returning: now) }
            carryOut(actions)
        }
    }

    /// Lets go of deliveries whose results are stored.
    func settle(_ ids: some Sequence<ConversionID>) {
        update { state in
            for id in ids { state.window.settle(id) }
            return nil
        }
    }

    /// Lets go of a delivery that was not tried; the store has it.
    func giveBack(_ id: ConversionID) {
        update { state in
            state.window.giveBack(id)
            return nil
        }
    }

    // MARK: - Governing

    /// While it is held or paused nothing is begun.
    func hold(_ isHeld: Bool) {
        update { state in
            state.governor.isHeld = isHeld
            return nil
        }
    }

    /// The store's word; until it has come the queue is paused.
    func pause(_ isPaused: Bool) {
        update { state in
            state.knowsPause = true
            if state.governor.isPaused, !isPaused { state.hasAskedForMore = false }
            state.governor.isPaused = isPaused
            return nil
        }
    }

    var knowsPause: Bool { state.withLock { $0.knowsPause || $0.isRetired } }

    /// Takes new settings, or takes the destination up again. Start what `staff` says afterwards.
    func change(to destination: Destination) {
        let surplus = state.withLock { state in
            state.governor.change(to: destination.sending.limits)
            state.settings = DestinationSettings(destination)
            state.isRetired = false
            state.wantedWorkers = max(1, destination.sending.concurrency)
            return state.surplus()
        }
        for worker in surplus { worker.resume(returning: nil) }
        update { _ in nil }
    }

    /// Begins nothing more and forgets what waits; what is in flight ends.
    func retire() {
        let surplus = state.withLock { state in
            state.isRetired = true
            state.wantedWorkers = 0
            state.knowsPause = false
            state.governor.isPaused = true
            state.window.dropWaiting()
            return state.surplus()
        }
        for worker in surplus { worker.resume(returning: nil) }
    }

    var isRetired: Bool { state.withLock(\.isRetired) }

    // MARK: - Ending

    /// Starts nothing more; workers end after what they have in hand.
    func drain() {
        let idle = state.withLock { state in
            state.isDraining = true
            return state.surplus()
        }
        for worker in idle { worker.resume(returning: nil) }
    }

    /// What is still under way from here on is not recorded, and stays pending.
    func abandon() { state.withLock { $0.isAbandoned = true } }
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    var activity: DeliveryActivity {
        state.withLock { state in
            let breaker = state.governor.breaker
            return DeliveryActivity(
                attempts: state.attempts, answers: state.answers, inFlight: state.governor.inFlight, waiting: state.window.waitingCount,
                unrecorded: state.unrecorded, isPaused: state.governor.isPaused, breaker: breaker?.state ?? .closed,
                openedAt: breaker?.openedAt, failures: breaker?.failures ?? 0, reason: breaker?.reason, lastStatus: state.lastStatus,
                lastAnswer: state.lastAnswer, rate: state.settings.destination.sending.rate,
                isDryRun: state.settings.destination.sending.isDryRun)
        }
    }
}

/// One delivery in a worker's hands.
struct DeliveryJob: Sendable {
    var delivery: ReadyDelivery
    let settings: DestinationSettings
    /// Its end decides about an open breaker.
    var probe: Int?

    var destination: Destination { settings.destination }
}

/// A destination's settings, shared by all that began under them.
final class DestinationSettings: Sendable {
    let destination: Destination
    init(_ destination: Destination) { self.destination = destination }
}
