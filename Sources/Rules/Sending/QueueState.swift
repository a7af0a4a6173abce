import Mappings

/// What one destination's queue holds, has done and may do now.
///
/// It only decides: the gateway's `DeliveryQueue` asks it under a lock, and carries out after it what follows. Pure: the time comes in, from
/// a clock that never goes back.
package struct QueueState: Sendable {
    /// A delivery that begins now. Each must come back by `finish`.
    package struct Start: Sendable {
        package var delivery: ReadyDelivery
        /// They go with it into one request.
        package var others: [ReadyDelivery] = []
        /// Its end decides about an open breaker.
        package var probe: Int?
    }

    private var window: ReadyWindow
    private var governor: Governor
    private var rate: Rate?
    private var batch: BatchLimits?
    /// Since when something waits for others to share a request with.
    private var gatheringSince: Uptime?
    /// Deliveries under way beyond the first of each request.
    private var sharing = 0
    private var isDryRun: Bool
    /// Workers in all, and how many there should be.
    private var workers = 0
    private var wantedWorkers: Int
    /// When the governor will be asked again by itself.
    private var wakeUp: Uptime?
    /// A wake-up that `takeWakeUp` has not returned yet.
    private var newWakeUp: Uptime?
    private var hasAskedForMore = false
    private var way: [String]
    /// The way to the destination has changed since something was begun.
    private var hasNewWay = false
    private var isDraining = false
    /// What is still under way is not recorded, and stays pending.
    package private(set) var isAbandoned = false
    /// The configuration has it no more: nothing is begun, and what waits is the store's.
    package private(set) var isRetired = false
    /// Whether the store has been asked if it is paused; until then it is.
    private var hasHeardOfPause = false
    private var lastAnswer: Uptime?
    private var lastStatus: Int?
    private var attempts = 0
    private var answers = 0

    package init(_ sending: Sending, capacity: Int) {
        window = ReadyWindow(capacity: capacity)
        governor = Governor(sending.limits)
        governor.isPaused = true
        rate = sending.rate
        way = sending.way
        batch = sending.batch
        isDryRun = sending.isDryRun
        wantedWorkers = max(1, sending.concurrency)
    }

    package var activity: DeliveryActivity {
        let breaker = governor.breaker
        return DeliveryActivity(
            attempts: attempts, answers: answers, inFlight: governor.inFlight, waiting: window.waitingCount, unrecorded: unrecorded,
            isPaused: governor.isPaused, breaker: breaker?.state ?? .closed, openedAt: breaker?.openedAt, failures: breaker?.failures ?? 0,
            reason: breaker?.reason, lastStatus: lastStatus, lastAnswer: lastAnswer, rate: rate, isDryRun: isDryRun)
    }
}

// MARK: - Working

extension QueueState {
    /// What may begin now. If that is a matter of time, `takeWakeUp` says when to ask again.
    package mutating func begin(at now: Uptime) -> Start? {
        guard !isDraining, !isRetired, window.waitingCount > 0, unrecorded < unrecordedLimit else { return nil }
        if hasNewWay { governor.tryNewWay(at: now) }
        hasNewWay = false
        let isGathering = batch.map { waitsForOthers($0, at: now) } ?? false
        // A correction goes by itself, so it waits for nobody.
        if isGathering, !window.hasCorrection { return nil }
        switch governor.start(at: now) {
        case .unknown: return nil
        case .after(let time):
            wake(at: time)
            return nil
        case .now(let probe):
            if isGathering, probe == nil { return window.takeCorrection().map { Start(delivery: $0) } }
            guard let batch else { return window.take(asProbe: probe != nil).map { Start(delivery: $0, probe: probe) } }
            return beginShared(batch, probe: probe)
        }
    }

    private mutating func wake(at time: Uptime) {
        if wakeUp.map({ time < $0 }) ?? true { newWakeUp = time }
    }

    /// Whether a request may still become fuller, and its first delivery has not waited long for that.
    private mutating func waitsForOthers(_ batch: BatchLimits, at now: Uptime) -> Bool {
        guard !governor.isPaused, !window.hasGroup, window.waitingCount < batch.most else { return false }
        let since = gatheringSince ?? now
        gatheringSince = since
        let end = since + batch.within
        if now >= end { return false }
        wake(at: end)
        return true
    }

    /// A probe is one delivery alone.
    private mutating func beginShared(_ batch: BatchLimits, probe: Int?) -> Start? {
        gatheringSince = nil
        if let group = window.takeGroup(), let first = group.first {
            sharing += group.count - 1
            return Start(delivery: first, others: Array(group.dropFirst()), probe: probe)
        }
        guard let first = window.take(asProbe: probe != nil) else { return nil }
        let others = probe == nil ? window.takeMore(after: first, batch) : []
        sharing += others.count
        return Start(delivery: first, others: others, probe: probe)
    }

    /// Deliveries that were begun together, and go again in these groups; before `finish`.
    package mutating func putBack(_ groups: [[ReadyDelivery]]) {
        if isRetired {
            for delivery in groups.joined() { window.giveBack(delivery.id) }
        } else {
            window.putBack(groups)
        }
    }

    /// Takes note of how a try ended. Its delivery stays held until it is settled or given back.
    ///
    /// - Parameter others: how many were in the same request.
    package mutating func finish(
        _ delivery: ConversionID, others: Int = 0, probe: Int?, _ ending: Breaker.Ending, status: Int?, at now: Uptime
    ) -> Breaker.Change? {
        sharing -= others
        if ending != .nothing { attempts += 1 }
        if let status {
            answers += 1
            lastStatus = status
            lastAnswer = now
        }
        return governor.ended(ending, of: delivery, probe: probe, at: now)
    }

    /// Results that wait for the store. If it is slow, nothing more is sent than it can store soon.
    private var unrecorded: Int { window.underWay - governor.inFlight - sharing }
    private var unrecordedLimit: Int { min(window.capacity, governor.concurrency + max(512, batch?.most ?? 0)) }

    /// A time at which the queue must call `wokeUp`; each is returned once.
    package mutating func takeWakeUp() -> Uptime? {
        guard let time = newWakeUp else { return nil }
        newWakeUp = nil
        wakeUp = time
        return time
    }

    package mutating func wokeUp(for time: Uptime) {
        if let wakeUp, wakeUp <= time { self.wakeUp = nil }
    }

    // MARK: Workers

    /// How many workers must be started for the destination to have what its settings allow. They are counted as started.
    package mutating func staff() -> Int {
        guard !isDraining else { return 0 }
        let missing = max(0, wantedWorkers - workers)
        workers += missing
        return missing
    }

    /// Whether a worker that asks for work ends instead. It is counted as ended.
    package mutating func endsWorker() -> Bool {
        guard isDraining || workers > wantedWorkers else { return false }
        workers -= 1
        return true
    }

    /// How many of the idle workers end. They are counted as ended.
    package mutating func endIdle(of idle: Int) -> Int {
        let count = isDraining ? idle : min(idle, max(0, workers - wantedWorkers))
        workers -= count
        return count
    }
}

// MARK: - Filling

extension QueueState {
    package mutating func offer(_ delivery: ReadyDelivery) {
        if !isRetired { _ = window.offer(delivery) }
    }

    package var wantsFetch: Bool { window.wantsFetch && !isRetired }

    /// Whether to ask for a fetch now; true once until the fetch has ended.
    package mutating func asksForMore() -> Bool {
        guard wantsFetch, !hasAskedForMore else { return false }
        hasAskedForMore = true
        return true
    }

    package mutating func beginFetch() -> (leavingOut: Set<ConversionID>, limit: Int)? {
        // While it is paused, what waits may as well wait in the store.
        isRetired || (governor.isPaused && hasHeardOfPause) ? nil : window.beginFetch()
    }

    /// - Parameter due: Nil if the store could not be read; it is asked again at the next round.
    package mutating func endFetch(_ due: [ReadyDelivery]?, limit: Int) {
        window.endFetch(due ?? [], wasFull: due.map { $0.count >= limit } ?? true)
        hasAskedForMore = due == nil
        if isRetired { window.dropWaiting() }
    }

    /// Removes a delivery whose result is stored.
    package mutating func settle(_ id: ConversionID) { window.settle(id) }

    /// Removes a delivery that was not tried; the store has it.
    package mutating func giveBack(_ id: ConversionID) { window.giveBack(id) }
}

// MARK: - Governing

extension QueueState {
    /// While it is held or paused nothing is begun.
    package mutating func hold(_ isHeld: Bool) { governor.isHeld = isHeld }

    /// Whether the store has it paused; until the store has answered, the queue is paused.
    package mutating func pause(_ isPaused: Bool) {
        hasHeardOfPause = true
        if governor.isPaused, !isPaused { hasAskedForMore = false }
        governor.isPaused = isPaused
    }

    package var knowsPause: Bool { hasHeardOfPause || isRetired }

    /// Takes new settings, or takes the destination up again. Start what `staff` says afterwards.
    package mutating func change(to sending: Sending) {
        governor.change(to: sending.limits)
        if way != sending.way { hasNewWay = true }
        way = sending.way
        rate = sending.rate
        batch = sending.batch
        if batch == nil { window.ungroup() }
        isDryRun = sending.isDryRun
        isRetired = false
        wantedWorkers = max(1, sending.concurrency)
    }

    /// Begins nothing more and forgets what waits; what is in flight ends.
    package mutating func retire() {
        isRetired = true
        wantedWorkers = 0
        hasHeardOfPause = false
        governor.isPaused = true
        window.dropWaiting()
    }

    /// Begins nothing more; workers end after what they have in hand.
    package mutating func drain() { isDraining = true }

    package mutating func abandon() { isAbandoned = true }
}
