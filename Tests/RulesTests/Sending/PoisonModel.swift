import FuzzProperties
import Mappings
import Rules

/// One destination's queue, the store behind it, and a tracker that answers some deliveries with 500 every time, on a clock of their own.
///
/// The queue, the schedule and the judge are the real rules; the store and the poller do what theirs do, without SQL and threads.
struct PoisonModel {
    struct Delivery {
        let arrivedAt: Uptime
        let isPoisoned: Bool
        var tries = 0
        /// When it is tried next; nil when it has ended.
        var due: Uptime?
        var deliveredAt: Uptime?
    }

    private struct Running {
        let start: QueueState.Start
        let ends: Uptime
    }

    private(set) var now = Uptime(nanoseconds: 1_000_000_000)
    private(set) var deliveries: [ConversionID: Delivery] = [:]
    /// The tracker answers everything with 500.
    var isDead = false
    /// How long an answer takes.
    var latency: Duration = .milliseconds(50)
    /// Requests so far.
    private(set) var requests = 0
    private var queue: QueueState
    private let schedule: RetrySchedule
    private var running: [Running] = []
    private var pending: Set<ConversionID> = []
    private var steps = 0
    private var wakeUp: Uptime?
    private var random: SeededGenerator
    private var last: UInt64 = 0

    private static let step: Duration = .milliseconds(10)

    init(seed: UInt64, retries: [Duration] = RetrySchedule.standard) {
        var sending = Sending(name: "u") { _, _ throws(Skip) in throw Skip("") }
        schedule = RetrySchedule(delays: retries)
        sending.schedule = schedule
        queue = QueueState(sending, capacity: 4096)
        queue.pause(false)
        random = SeededGenerator(seed: seed)
    }

    var inFlight: Int { running.count }
    var isOpen: Bool { queue.activity.breaker != .closed }

    /// The longest that a healthy one has waited until now, or until it was delivered.
    var longestWait: Duration {
        deliveries.values.filter { !$0.isPoisoned }.map { ($0.deliveredAt ?? now) - $0.arrivedAt }.max() ?? .zero
    }

    mutating func arrive(isPoisoned: Bool) {
        last += 1
        let id = ConversionID(high: 0, low: last)
        deliveries[id] = Delivery(arrivedAt: now, isPoisoned: isPoisoned, due: now)
        pending.insert(id)
        queue.offer(ReadyDelivery(id: id, attempts: 0, content: .document([])))
    }

    /// Lets time pass.
    mutating func pass(_ time: Duration, each: (inout Self) -> Void = { _ in }) {
        let end = now + time
        while now < end {
            now = now + Self.step
            each(&self)
            finish()
            fetch()
            if let time = wakeUp, time <= now {
                queue.wokeUp(for: time)
                wakeUp = nil
            }
            while let start = queue.begin(at: now) {
                requests += 1
                running.append(Running(start: start, ends: now + latency))
            }
            if let time = queue.takeWakeUp() { wakeUp = wakeUp.map { min($0, time) } ?? time }
        }
    }

    private mutating func finish() {
        for place in running.indices.reversed() where running[place].ends <= now {
            let start = running.remove(at: place).start
            let id = start.delivery.id
            guard var delivery = deliveries[id] else { continue }
            delivery.tries += 1
            let isFailure = isDead || delivery.isPoisoned
            let judge = AttemptJudge(schedule: schedule, attempt: delivery.tries)
            let decision = judge.decision(
                on: Reply(status: isFailure ? 500 : 200, body: []), reading: nil, at: Timestamp(seconds: 0),
                random: Double.random(in: 0...1, using: &random))
            _ = queue.finish(id, probe: start.probe, decision.ending, status: isFailure ? 500 : 200, at: now)
            queue.settle(id)
            delivery.due = decision.wait.map { now + $0 }
            if delivery.due == nil { pending.remove(id) }
            if decision.state == .delivered { delivery.deliveredAt = now }
            deliveries[id] = delivery
        }
    }

    /// What is due comes from the store, oldest first.
    private mutating func fetch() {
        steps += 1
        guard queue.wantsFetch || steps % 10 == 0, let fetch = queue.beginFetch() else { return }
        let due = pending.filter { id in !fetch.leavingOut.contains(id) && deliveries[id]?.due.map { $0 <= now } ?? false }
            .sorted { (deliveries[$0]?.due ?? now, $0) < (deliveries[$1]?.due ?? now, $1) }.prefix(fetch.limit)
        queue.endFetch(
            due.map { ReadyDelivery(id: $0, attempts: deliveries[$0]?.tries ?? 0, content: .document([])) }, limit: fetch.limit)
    }
}
