import Mappings
import NIOCore
import Synchronization

/// One destination's queue: hands ready deliveries to its workers, never more at once than its pace allows, none twice.
///
/// Every call but `next` is a short critical section, so that intake may offer from any thread.
final class DeliveryQueue: Sendable {
    let destination: Destination
    private let timers: any EventLoop
    /// Called when the window has run low and the store holds more.
    private let runLow: @Sendable () -> Void
    private let state: Mutex<State>

    private struct State {
        var window: ReadyWindow
        var pace: Pace
        /// Workers with nothing to do.
        var idle: [CheckedContinuation<ReadyDelivery?, Never>] = []
        var exchanging = 0
        var resting = 0
        var hasAskedForMore = false
        var isDraining = false
        var isAbandoned = false
        var attempts = 0
        var answers = 0

        /// Results that wait for the store count as well: when it cannot write, nothing more is sent.
        var mayStart: Bool {
            !isDraining && exchanging + resting < pace.limit && window.underWay - exchanging < window.capacity
        }

        mutating func take() -> ReadyDelivery? {
            guard mayStart, let delivery = window.take() else { return nil }
            exchanging += 1
            return delivery
        }

        /// Pairs idle workers with what they may start.
        mutating func assignments() -> [(CheckedContinuation<ReadyDelivery?, Never>, ReadyDelivery)] {
            var assignments: [(CheckedContinuation<ReadyDelivery?, Never>, ReadyDelivery)] = []
            while !idle.isEmpty, let delivery = take() { assignments.append((idle.removeLast(), delivery)) }
            return assignments
        }

        /// True once each time the window has run low.
        mutating func shouldAskForMore() -> Bool {
            guard window.wantsFetch, !hasAskedForMore else { return false }
            hasAskedForMore = true
            return true
        }
    }

    init(destination: Destination, capacity: Int, timers: any EventLoop, runLow: @escaping @Sendable () -> Void) {
        self.destination = destination
        self.timers = timers
        self.runLow = runLow
        state = Mutex(State(window: ReadyWindow(capacity: capacity), pace: Pace(concurrency: destination.concurrency)))
    }

    // MARK: - Filling

    func offer(_ delivery: ReadyDelivery) {
        let (assignments, asks) = state.withLock { state in
            _ = state.window.offer(delivery)
            return (state.assignments(), state.shouldAskForMore())
        }
        start(assignments)
        if asks { runLow() }
    }

    var wantsFetch: Bool { state.withLock { $0.window.wantsFetch } }

    func beginFetch() -> (leavingOut: Set<DeliveryID>, limit: Int)? {
        guard let (held, limit) = state.withLock({ $0.window.beginFetch() }) else { return nil }
        return (Set(held.map { DeliveryID(conversion: $0, destination: destination.name) }), limit)
    }

    /// - Parameter due: Nil where the store could not be read; it is asked again at the next round.
    func endFetch(_ due: [DueDelivery]?, limit: Int) {
        let ready = (due ?? []).map {
            ReadyDelivery(
                id: $0.id.conversion, attempts: $0.attempts, content: .document($0.document), round: $0.round, predecessor: $0.predecessor)
        }
        let (assignments, asks) = state.withLock { state in
            state.window.endFetch(ready, wasFull: due.map { $0.count >= limit } ?? true)
            state.hasAskedForMore = due == nil
            return (state.assignments(), state.shouldAskForMore())
        }
        start(assignments)
        if asks { runLow() }
    }

    // MARK: - Working

    /// The next delivery to try, waiting for one; nil when the worker should end. Each must be `release`d, then `settle`d or abandoned.
    func next() async -> ReadyDelivery? {
        let (delivery, asks, ends) = state.withLock { ($0.take(), $0.shouldAskForMore(), $0.isDraining) }
        if asks { runLow() }
        if let delivery { return delivery }
        if ends { return nil }
        return await withCheckedContinuation { continuation in
            // Something may have come between the two looks.
            let now: (ends: Bool, delivery: ReadyDelivery?) = state.withLock { state in
                if state.isDraining { return (true, nil) }
                if let delivery = state.take() { return (false, delivery) }
                state.idle.append(continuation)
                return (false, nil)
            }
            if now.ends || now.delivery != nil { continuation.resume(returning: now.delivery) }
        }
    }

    /// Frees the place of a delivery whose exchange is over, before its result is stored.
    /// - Parameter answered: Whether the destination gave any answer; nil where it was not asked.
    func release(answered: Bool?) {
        let (assignments, rest) = state.withLock { state in
            state.exchanging -= 1
            var rest: Duration?
            if let answered {
                state.attempts += 1
                if answered { state.answers += 1 }
                rest = state.pace.ended(answered: answered)
            }
            if rest != nil { state.resting += 1 }
            return (state.assignments(), rest)
        }
        start(assignments)
        guard let rest else { return }
        timers.scheduleTask(in: TimeAmount(rest)) {
            self.start(
                self.state.withLock { state in
                    state.resting -= 1
                    return state.assignments()
                })
        }
    }

    /// Lets go of a delivery whose result is stored.
    func settle(_ id: ConversionID) {
        start(
            state.withLock { state in
                state.window.settle(id)
                return state.assignments()
            })
    }

    // MARK: - Ending

    /// Starts nothing more; workers end after what they have in hand.
    func drain() {
        let idle = state.withLock { state in
            state.isDraining = true
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.resume(returning: nil) }
    }

    /// What is still under way from here on is not recorded, and stays pending.
    func abandon() { state.withLock { $0.isAbandoned = true } }
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    var activity: DeliveryActivity {
        state.withLock { state in
            DeliveryActivity(
                attempts: state.attempts, answers: state.answers, inFlight: state.exchanging, waiting: state.window.waitingCount,
                unrecorded: state.window.underWay - state.exchanging, isNarrowed: state.pace.isNarrowed)
        }
    }

    private func start(_ assignments: [(CheckedContinuation<ReadyDelivery?, Never>, ReadyDelivery)]) {
        for (worker, delivery) in assignments { worker.resume(returning: delivery) }
    }
}
