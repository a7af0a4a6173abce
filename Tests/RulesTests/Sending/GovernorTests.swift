import FuzzProperties
import Mappings
import Rules
import Testing

/// A destination that is well, ill and well again by a seeded plan, and a worker that starts whatever it may.
struct GovernorTests {
    private struct Running {
        let delivery = GovernorTests.other()
        var probe: Int?
        var ends: Uptime
        var ending: Breaker.Ending
    }

    private static func other() -> ConversionID { ConversionID(high: 0, low: .random(in: 0 ... .max)) }

    @Test(arguments: 1...60) func `never more than one probe, never over the bounds, and well again after a success`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let settings = Breaker.Settings(
            failures: Int.random(in: 1...12, using: &random), pause: .milliseconds(Int.random(in: 10...500, using: &random)),
            longest: .milliseconds(Int.random(in: 500...10_000, using: &random)))
        var limits = Governor.Limits(concurrency: Int.random(in: 1...40, using: &random), breaker: settings)
        limits.rate = Bool.random(using: &random) ? Rate(permits: Int.random(in: 1...200, using: &random), interval: .seconds(1)) : nil
        var governor = Governor(limits)
        var now = Uptime(nanoseconds: 5_000_000_000)
        let end = now + .seconds(120)
        var isWell = true
        var changes = now + .seconds(1)
        var running: [Running] = []
        var starts: [Uptime] = []
        while now < end {
            // Start what may start.
            var wakes = end
            asking: while true {
                let wasOpen = governor.breaker?.state != .closed
                switch governor.start(at: now) {
                case .now(let probe):
                    #expect((probe != nil) == wasOpen)
                    starts.append(now)
                    let takes = Duration.milliseconds(Int64.random(in: 1...400, using: &random))
                    let chance = Int.random(in: 0..<20, using: &random)
                    let ending: Breaker.Ending = chance == 0 ? .nothing : isWell ? .success : .failure("ill")
                    running.append(Running(probe: probe, ends: now + takes, ending: ending))
                case .after(let time):
                    #expect(time > now)
                    #expect(time - now <= max(settings.longest, .seconds(1)) + .milliseconds(1), "a bounded wait")
                    wakes = min(wakes, time)
                    break asking
                case .unknown:
                    #expect(!running.isEmpty, "it waits for something that is under way")
                    break asking
                }
            }
            #expect(running.count <= limits.concurrency)
            #expect(running.count == governor.inFlight)
            #expect(running.count { $0.probe == governor.breaker?.outages } <= 1)
            // On to the next moment at which anything happens.
            if let first = running.map(\.ends).min() { wakes = min(wakes, first) }
            now = min(wakes, changes)
            if now >= changes {
                isWell.toggle()
                changes = now + .milliseconds(Int64.random(in: 100...20_000, using: &random))
            }
            for index in running.indices.reversed() where running[index].ends <= now {
                let ended = running.remove(at: index)
                let was = governor.breaker?.state
                let change = governor.ended(ended.ending, of: ended.delivery, probe: ended.probe, at: now)
                if ended.ending == .success { #expect(governor.breaker?.state == .closed && governor.breaker?.failures == 0) }
                if case .opened? = change { #expect(was == .closed) }
                if case .closed? = change { #expect(was != .closed) }
            }
        }
        #expect(starts.count > 10)
        if let rate = limits.rate {
            for (index, time) in starts.enumerated().dropFirst(rate.permits) where !starts.isEmpty {
                // What sent nothing is not counted, and comes to about one in twenty.
                let earlier = starts[max(0, index - rate.permits * 2)]
                #expect(time - earlier >= .milliseconds(900) || index < rate.permits * 2)
            }
        }
    }

    @Test func `a paused or held destination starts nothing, whatever else allows it`() {
        var governor = Governor(Governor.Limits(concurrency: 32))
        let now = Uptime(nanoseconds: 1)
        governor.isPaused = true
        expect(governor.start(at: now), .unknown)
        governor.isPaused = false
        governor.isHeld = true
        expect(governor.start(at: now), .unknown)
        governor.isHeld = false
        expect(governor.start(at: now), .now(probe: nil))
    }

    @Test func `new settings keep what is in flight and what the breaker knows`() {
        var limits = Governor.Limits(concurrency: 4, breaker: Breaker.Settings(failures: 1))
        var governor = Governor(limits)
        let now = Uptime(nanoseconds: 1)
        expect(governor.start(at: now), .now(probe: nil))
        expect(governor.start(at: now), .now(probe: nil))
        _ = governor.ended(.failure("x"), of: Self.other(), probe: nil, at: now)
        limits.concurrency = 1
        governor.change(to: limits)
        #expect(governor.inFlight == 1)
        #expect(governor.breaker?.failures == 1)
        expect(governor.start(at: now + .seconds(60)), .unknown)
        limits.concurrency = 2
        limits.breaker = nil
        governor.change(to: limits)
        expect(governor.start(at: now), .now(probe: nil))
    }

    @Test func `other numbers for the breaker do not end an outage`() {
        var limits = Governor.Limits(concurrency: 4, breaker: Breaker.Settings(failures: 1, pause: .seconds(60), longest: .seconds(60)))
        var governor = Governor(limits)
        let now = Uptime(nanoseconds: 1)
        expect(governor.start(at: now), .now(probe: nil))
        _ = governor.ended(.failure("x"), of: Self.other(), probe: nil, at: now)
        limits.breaker = Breaker.Settings(failures: 5, pause: .seconds(1), longest: .seconds(2))
        governor.change(to: limits)
        expect(governor.start(at: now), .after(now + .seconds(60)))
        let later = now + .seconds(60)
        expect(governor.start(at: later), .now(probe: 1))
        _ = governor.ended(.failure("x"), of: Self.other(), probe: 1, at: later)
        expect(governor.start(at: later), .after(later + .seconds(2)))
    }

    @Test func `a new way to a destination that is down gets one probe at once, and then the old pauses`() {
        let limits = Governor.Limits(concurrency: 4, breaker: Breaker.Settings(failures: 1, pause: .seconds(60), longest: .seconds(600)))
        var governor = Governor(limits)
        let now = Uptime(nanoseconds: 1)
        expect(governor.start(at: now), .now(probe: nil))
        _ = governor.ended(.failure("x"), of: Self.other(), probe: nil, at: now)
        governor.tryNewWay(at: now)
        expect(governor.start(at: now), .now(probe: 1))
        expect(governor.start(at: now), .unknown)
        // The way changes once more, while the probe is under way. It says nothing about the newest way, and opens nothing again.
        governor.tryNewWay(at: now)
        expect(governor.start(at: now), .now(probe: 2))
        _ = governor.ended(.failure("x"), of: Self.other(), probe: 1, at: now)
        expect(governor.start(at: now), .unknown)
        _ = governor.ended(.failure("x"), of: Self.other(), probe: 2, at: now)
        expect(governor.start(at: now), .after(now + .seconds(120)))
        governor.tryNewWay(at: now)
        expect(governor.start(at: now), .now(probe: 2))
        #expect(governor.ended(.success, of: Self.other(), probe: 2, at: now) == .closed(after: .zero))
        governor.tryNewWay(at: now)
        expect(governor.start(at: now), .now(probe: nil))
    }

    private func expect(_ found: Governor.Permission, _ wanted: Governor.Permission, location: Testing.SourceLocation = #_sourceLocation) {
        #expect(found == wanted, sourceLocation: location)
    }
}
