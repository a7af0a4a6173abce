import Mappings
import Rules
import Testing

/// What one destination's queue lets begin, without workers, timers or a clock.
struct QueueStateTests {
    private let start = Uptime(nanoseconds: 1_000_000_000)
    private func time(_ milliseconds: Int64) -> Uptime { start + .milliseconds(milliseconds) }

    private static func ready(_ number: UInt64) -> ReadyDelivery {
        ReadyDelivery(id: ConversionID(high: 0, low: number), attempts: 0, content: .document([]))
    }

    /// With deliveries 1, 2, 3, … waiting, and not paused.
    private static func queue(holding count: UInt64, capacity: Int = 64, _ change: (inout Sending) -> Void = { _ in }) -> QueueState {
        var sending = Sending(name: "a") { _, _ throws(Skip) in throw Skip("") }
        change(&sending)
        var queue = QueueState(sending, capacity: capacity)
        queue.pause(false)
        for number in 1...max(1, count) where number <= count { queue.offer(ready(number)) }
        return queue
    }

    private static func begin(_ queue: inout QueueState, at now: Uptime) -> [UInt64] {
        var begun: [UInt64] = []
        while let next = queue.begin(at: now) { begun.append(next.delivery.id.low) }
        return begun
    }

    @Test func `nothing begins before the store has answered that the destination is not paused`() {
        var queue = QueueState(Sending(name: "a") { _, _ throws(Skip) in throw Skip("") }, capacity: 4)
        queue.offer(Self.ready(1))
        #expect(!queue.knowsPause)
        #expect(Self.begin(&queue, at: start) == [])
        queue.pause(false)
        #expect(queue.knowsPause)
        #expect(Self.begin(&queue, at: start) == [1])
    }

    @Test func `as many begin as the destination takes at once, and the end of one lets the next begin`() {
        var queue = Self.queue(holding: 5) { $0.concurrency = 2 }
        #expect(Self.begin(&queue, at: start) == [1, 2])
        let change = queue.finish(Self.ready(1).id, probe: nil, .success, status: 200, at: time(30))
        #expect(change == nil)
        #expect(Self.begin(&queue, at: time(30)) == [3])
        let activity = queue.activity
        #expect(activity.attempts == 1 && activity.answers == 1 && activity.inFlight == 2 && activity.waiting == 2)
        #expect(activity.unrecorded == 1, "the first is held until its result is stored")
        #expect(activity.lastStatus == 200 && activity.lastAnswer == time(30))
        queue.settle(ConversionID(high: 0, low: 1))
        #expect(queue.activity.unrecorded == 0)
    }

    @Test func `a rate asks to be woken once, when the next may begin`() {
        var queue = Self.queue(holding: 3) { $0.rate = Rate(permits: 2, interval: .seconds(1)) }
        #expect(Self.begin(&queue, at: start) == [1, 2])
        let wakeUp = queue.takeWakeUp()
        #expect(wakeUp.map { $0 >= time(1000) && $0 < time(1001) } == true)
        #expect(Self.begin(&queue, at: time(500)) == [])
        let second = queue.takeWakeUp()
        #expect(second == nil, "a timer runs already")
        guard let wakeUp else { return }
        queue.wokeUp(for: wakeUp)
        #expect(Self.begin(&queue, at: wakeUp) == [3])
    }

    @Test func `a run of failures opens the breaker, and one probe goes out after its pause`() {
        var queue = Self.queue(holding: 4) {
            $0.concurrency = 3
            $0.breaker = Breaker.Settings(failures: 2, pause: .milliseconds(250))
        }
        #expect(Self.begin(&queue, at: start) == [1, 2, 3])
        let first = queue.finish(Self.ready(1).id, probe: nil, .failure("ill"), status: nil, at: time(1))
        let second = queue.finish(Self.ready(2).id, probe: nil, .failure("ill"), status: nil, at: time(2))
        #expect(first == nil)
        #expect(second == .opened(failures: 2, reason: "ill", pause: .milliseconds(250)))
        #expect(Self.begin(&queue, at: time(3)) == [])
        #expect(queue.activity.openedAt == time(2) && queue.activity.reason == "ill")
        let wakeUp = queue.takeWakeUp()
        #expect(wakeUp == time(252))
        let probe = queue.begin(at: time(252))
        #expect(probe?.delivery.id.low == 4)
        #expect(probe?.probe != nil)
        let closed = queue.finish(Self.ready(4).id, probe: probe?.probe, .success, status: 200, at: time(260))
        #expect(closed == .closed(after: .milliseconds(258)))
    }

    @Test func `a dry run keeps to its concurrency alone, and its rate is still shown`() {
        var queue = Self.queue(holding: 5) {
            $0.isDryRun = true
            $0.concurrency = 4
            $0.rate = Rate(permits: 1, interval: .seconds(1))
        }
        #expect(Self.begin(&queue, at: start) == [1, 2, 3, 4])
        #expect(queue.activity.isDryRun && queue.activity.rate?.description == "1/s")
    }

    @Test func `results that wait for a slow store bound what is sent`() {
        var queue = Self.queue(holding: 8, capacity: 8) { $0.concurrency = 8 }
        #expect(Self.begin(&queue, at: start).count == 8)
        for number in 1...8 { _ = queue.finish(Self.ready(UInt64(number)).id, probe: nil, .success, status: 200, at: start) }
        queue.offer(Self.ready(9))
        #expect(Self.begin(&queue, at: start) == [])
        queue.settle(ConversionID(high: 0, low: 1))
        #expect(Self.begin(&queue, at: start) == [9])
    }

    @Test func `what the store holds is asked for once until it was fetched`() {
        var queue = Self.queue(holding: 2, capacity: 2)
        queue.offer(Self.ready(3))
        #expect(Self.begin(&queue, at: start) == [1, 2])
        let asks = [queue.asksForMore(), queue.asksForMore()]
        #expect(asks == [true, false])
        let fetch = queue.beginFetch()
        #expect(fetch?.leavingOut.count == 2 && fetch?.limit == 2)
        queue.endFetch(nil, limit: 2)
        let again = queue.asksForMore()
        #expect(!again, "the store could not be read; its next round asks again")
        let second = queue.beginFetch()
        #expect(second?.limit == 2)
        queue.endFetch([Self.ready(3)], limit: 2)
        #expect(Self.begin(&queue, at: start) == [3])
    }

    @Test func `a paused queue leaves what is due in the store`() {
        var queue = Self.queue(holding: 0)
        queue.pause(true)
        let paused = queue.beginFetch()
        #expect(paused == nil)
        queue.pause(false)
        let resumed = queue.beginFetch()
        #expect(resumed?.limit == 64)
    }

    @Test func `workers are started and ended as the settings change, and all end at a drain`() {
        var sending = Sending(name: "a") { _, _ throws(Skip) in throw Skip("") }
        sending.concurrency = 3
        var queue = QueueState(sending, capacity: 4)
        let staff = [queue.staff(), queue.staff()]
        #expect(staff == [3, 0])
        sending.concurrency = 1
        queue.change(to: sending)
        let idle = queue.endIdle(of: 1)
        #expect(idle == 1)
        let ends = [queue.endsWorker(), queue.endsWorker()]
        #expect(ends == [true, false])
        queue.drain()
        let (last, none) = (queue.endsWorker(), queue.staff())
        #expect(last && none == 0)
    }

    @Test func `a destination that is gone begins nothing, and begins again when it is back`() {
        var queue = Self.queue(holding: 2) { $0.concurrency = 1 }
        #expect(Self.begin(&queue, at: start) == [1])
        queue.retire()
        #expect(queue.isRetired && queue.knowsPause && queue.activity.waiting == 0)
        queue.offer(Self.ready(3))
        _ = queue.finish(Self.ready(1).id, probe: nil, .success, status: 200, at: start)
        #expect(Self.begin(&queue, at: start) == [])
        queue.change(to: Sending(name: "a") { _, _ throws(Skip) in throw Skip("") })
        #expect(!queue.knowsPause, "the store is asked again")
        queue.pause(false)
        queue.offer(Self.ready(3))
        let fetch = queue.beginFetch()
        #expect(fetch != nil)
        queue.endFetch([Self.ready(2)], limit: 64)
        #expect(Self.begin(&queue, at: start) == [2])
    }

    // MARK: Several in one request

    private static func shared(most: Int = 3, holding count: UInt64) -> QueueState {
        queue(holding: count) { $0.batch = BatchLimits(most: most, within: .seconds(2)) }
    }

    private static func ids(_ start: QueueState.Start?) -> [UInt64] {
        start.map { [$0.delivery.id.low] + $0.others.map(\.id.low) } ?? []
    }

    @Test func `a full request begins at once, and another when its first has waited long enough`() {
        var queue = Self.shared(holding: 5)
        let first = queue.begin(at: start)
        #expect(Self.ids(first) == [1, 2, 3])
        let found1 = Self.ids(queue.begin(at: start))
        #expect(found1 == [])
        let found2 = queue.takeWakeUp()
        #expect(found2 == time(2000))
        let found3 = Self.ids(queue.begin(at: time(1999)))
        #expect(found3 == [])
        queue.wokeUp(for: time(2000))
        let second = queue.begin(at: time(2000))
        #expect(Self.ids(second) == [4, 5])
        #expect(queue.activity.inFlight == 2 && queue.activity.unrecorded == 0)
        _ = queue.finish(ConversionID(high: 0, low: 1), others: 2, probe: nil, .success, status: 200, at: time(2000))
        #expect(queue.activity.inFlight == 1 && queue.activity.unrecorded == 3)
    }

    @Test func `parts of what was refused go again as they are, and a correction goes alone`() {
        var queue = Self.shared(holding: 4)
        let first = queue.begin(at: start)
        let parts = [first?.others.suffix(1).map(\.self) ?? [], [first?.delivery].compactMap(\.self)]
        queue.putBack(parts)
        _ = queue.finish(ConversionID(high: 0, low: 1), others: 2, probe: nil, .success, status: 400, at: start)
        let found4 = Self.ids(queue.begin(at: start))
        #expect(found4 == [3])
        let found5 = Self.ids(queue.begin(at: start))
        #expect(found5 == [1])
        var correction = Self.ready(9)
        correction.isCorrection = true
        queue.offer(correction)
        queue.offer(Self.ready(10))
        let found6 = Self.ids(queue.begin(at: start))
        #expect(found6 == [4])
        let found7 = Self.ids(queue.begin(at: start))
        #expect(found7 == [9], "it waits for nobody")
        let found8 = Self.ids(queue.begin(at: start))
        #expect(found8 == [])
        let found9 = Self.ids(queue.begin(at: time(2000)))
        #expect(found9 == [10])
    }

    @Test func `what failed shares its next request with half as many`() {
        let limits = BatchLimits(most: 1000, within: .zero)
        #expect([0, 1, 2, 9, 10, 99].map { limits.size(after: $0) } == [1000, 500, 250, 1, 1, 1])
    }
}
