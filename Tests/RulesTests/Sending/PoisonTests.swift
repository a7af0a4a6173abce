import Mappings
import Rules
import Testing

/// Deliveries that a tracker answers with 500 every time delay no other, and a tracker that is dead is left alone.
struct PoisonTests {
    /// Healthy ones arrive at 10/s.
    private func send(_ model: inout PoisonModel, for time: Duration, poisoned: (_ tick: Int) -> Int = { _ in 0 }) {
        var tick = 0
        model.pass(time) { model in
            if tick % 10 == 0 { model.arrive(isPoisoned: false) }
            for _ in 0..<poisoned(tick) { model.arrive(isPoisoned: true) }
            tick += 1
        }
    }

    private static let quick = Array(repeating: Duration.seconds(1), count: 100)

    @Test(arguments: 1...2 as ClosedRange<UInt64>, [RetrySchedule.standard, quick])
    func `with a hundred poisoned ones that came at once, no healthy one waits more than 15 s`(seed: UInt64, retries: [Duration]) {
        var model = PoisonModel(seed: seed, retries: retries)
        for _ in 0..<100 { model.arrive(isPoisoned: true) }
        send(&model, for: .seconds(300))
        #expect(model.longestWait <= .seconds(15), "\(model.longestWait.text)")
        // Nor do the healthy ones keep the poisoned from their own schedule: 5 s, 30 s, 2 min.
        let tries = model.deliveries.values.filter(\.isPoisoned).map(\.tries)
        #expect(tries.count == 100 && tries.allSatisfy { $0 >= 4 }, "\(tries.min() ?? 0)")
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>, [20, 200, 2000])
    func `nor if the poisoned ones come among the others, however slow the tracker is`(seed: UInt64, latency: Int) {
        var model = PoisonModel(seed: seed)
        model.latency = .milliseconds(latency)
        send(&model, for: .seconds(300)) { $0 % 30 == 0 && $0 < 3000 ? 1 : 0 }
        #expect(model.deliveries.values.count { $0.isPoisoned } == 100)
        #expect(model.longestWait <= .seconds(15), "\(model.longestWait.text)")
    }

    @Test(arguments: 1...2 as ClosedRange<UInt64>)
    func `a tracker that is dead gets one probe at a time, and all that it missed when it is back`(seed: UInt64) {
        var model = PoisonModel(seed: seed)
        for _ in 0..<100 { model.arrive(isPoisoned: true) }
        send(&model, for: .seconds(60))
        model.isDead = true
        // Ten failures open the breaker, and what was in flight then ends.
        send(&model, for: .seconds(3))
        #expect(model.isOpen)
        let before = model.requests
        var tick = 0
        var most = 0
        model.pass(.seconds(300)) { model in
            if tick % 10 == 0 { model.arrive(isPoisoned: false) }
            tick += 1
            most = max(most, model.inFlight)
        }
        #expect(model.isOpen)
        #expect(most == 1)
        // A pause grows to 10 s, so there are some thirty probes in five minutes.
        #expect((25...40).contains(model.requests - before), "\(model.requests - before)")
        model.isDead = false
        send(&model, for: .seconds(60))
        let missing = model.deliveries.values.count { !$0.isPoisoned && $0.deliveredAt == nil && model.now - $0.arrivedAt > .seconds(1) }
        // Each probe has failed, and keeps to its own schedule.
        #expect(missing <= 40, "\(missing)")
        send(&model, for: .seconds(400))
        let late = model.deliveries.values.count { !$0.isPoisoned && $0.deliveredAt == nil && model.now - $0.arrivedAt > .seconds(1) }
        #expect(late == 0)
    }

    @Test func `a tracker that has nothing but poisoned ones to answer is not asked more often than their schedules say`() {
        var model = PoisonModel(seed: 1, retries: Self.quick)
        for _ in 0..<5 { model.arrive(isPoisoned: true) }
        model.pass(.seconds(60))
        #expect(!model.isOpen)
        #expect(model.requests <= 5 * 76)
    }
}
