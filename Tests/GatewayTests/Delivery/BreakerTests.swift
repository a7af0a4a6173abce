import FuzzProperties
import Mappings
import Rules
import Testing

@testable import Gateway

struct BreakerTests {
    private let start = Uptime(nanoseconds: 1_000_000_000)
    private func time(_ milliseconds: Int64) -> Uptime { start + .milliseconds(milliseconds) }

    @Test func `a run of failures opens it, and the first success closes it`() {
        var breaker = Breaker(Breaker.Settings(failures: 3))
        for _ in 1...2 { expectNothing(breaker.ended(.failure("no answer within 15s"), probe: nil, at: time(0))) }
        expectNothing(breaker.ended(.success, probe: nil, at: time(0)))
        for _ in 1...2 { expectNothing(breaker.ended(.failure("no answer within 15s"), probe: nil, at: time(0))) }
        let opened = breaker.ended(.failure("tracker answered 503"), probe: nil, at: time(10))
        #expect(opened == .opened(failures: 3, reason: "tracker answered 503", pause: .milliseconds(250)))
        #expect(breaker.permission(at: time(259)) == .after(time(260)))
        #expect(breaker.permission(at: time(260)) == .probe)
        let probe = breaker.beginProbe()
        #expect(breaker.permission(at: time(99_999)) == .unknown)
        let closed = breaker.ended(.success, probe: probe, at: time(1010))
        #expect(closed == .closed(after: .seconds(1)))
        #expect(breaker.state == .closed && breaker.failures == 0 && breaker.openedAt == nil)
    }

    @Test func `each failed probe doubles the pause, up to the longest`() {
        var breaker = Breaker(Breaker.Settings(failures: 1, pause: .milliseconds(100), longest: .milliseconds(350)))
        var now = time(0)
        _ = breaker.ended(.failure("x"), probe: nil, at: now)
        var pauses: [Int64] = []
        for _ in 1...4 {
            guard case .open(let until) = breaker.state else { return #expect(Bool(false), "not open") }
            pauses.append((until - now).nanoseconds / 1_000_000)
            now = until
            let probe = breaker.beginProbe()
            expectNothing(breaker.ended(.failure("x"), probe: probe, at: now))
        }
        #expect(pauses == [100, 200, 350, 350])
    }

    @Test func `a probe that asked nobody lets the next one go at once`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), probe: nil, at: time(0))
        let probe = breaker.beginProbe()
        expectNothing(breaker.ended(.nothing, probe: probe, at: time(300)))
        #expect(breaker.permission(at: time(300)) == .probe)
    }

    @Test func `what was under way before it opened can close it and do no more`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), probe: nil, at: time(0))
        let open = breaker
        expectNothing(breaker.ended(.failure("x"), probe: nil, at: time(100)))
        expectNothing(breaker.ended(.nothing, probe: nil, at: time(100)))
        #expect(breaker == open)
        let closed = breaker.ended(.success, probe: nil, at: time(200))
        #expect(closed == .closed(after: .milliseconds(200)))
    }

    @Test func `a probe that outlives its outage decides nothing in the next`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), probe: nil, at: time(0))
        let old = breaker.beginProbe()
        _ = breaker.ended(.success, probe: nil, at: time(300))
        _ = breaker.ended(.failure("x"), probe: nil, at: time(400))
        let new = breaker.beginProbe()
        expectNothing(breaker.ended(.failure("x"), probe: old, at: time(700)))
        #expect(breaker.state == .halfOpen)
        expectNothing(breaker.ended(.failure("x"), probe: new, at: time(800)))
        #expect(breaker.state == .open(until: time(1300)))
    }

    private func expectNothing(_ change: Breaker.Change?, location: Testing.SourceLocation = #_sourceLocation) {
        #expect(change == nil, sourceLocation: location)
    }
}

/// A destination that is well, ill and well again by a seeded plan, and a worker that starts whatever it may.
struct GovernorPropertyTests {
    private struct Running {
        var probe: Int?
        var ends: Uptime
        var ending: Breaker.Ending
    }

    @Test(arguments: 1...60) func `never more than one probe, never over the bounds, and well again after a success`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let settings = Breaker.Settings(
            failures: Int.random(in: 1...12, using: &random), pause: .milliseconds(Int.random(in: 10...500, using: &random)),
            longest: .milliseconds(Int.random(in: 500...10_000, using: &random)))
        var destination = Destination(name: "a", concurrency: Int.random(in: 1...40, using: &random)) { _, _, _ in .skipped(reason: "") }
        destination.breaker = settings
        destination.rate = Bool.random(using: &random) ? Rate(permits: Int.random(in: 1...200, using: &random), interval: .seconds(1)) : nil
        var governor = Governor(destination)
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
            #expect(running.count <= destination.concurrency)
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
                let change = governor.ended(ended.ending, probe: ended.probe, at: now)
                if ended.ending == .success { #expect(governor.breaker?.state == .closed && governor.breaker?.failures == 0) }
                if case .opened? = change { #expect(was == .closed) }
                if case .closed? = change { #expect(was != .closed) }
            }
        }
        #expect(starts.count > 10)
        if let rate = destination.rate {
            for (index, time) in starts.enumerated().dropFirst(rate.permits) where !starts.isEmpty {
                // What asked nobody is not counted, and comes to about one in twenty.
                let earlier = starts[max(0, index - rate.permits * 2)]
                #expect(time - earlier >= .milliseconds(900) || index < rate.permits * 2)
            }
        }
    }

    @Test func `a paused or held destination starts nothing, whatever else allows it`() {
        var governor = Governor(Destination(name: "a") { _, _, _ in .skipped(reason: "") })
        governor.isPaused = true
        expect(governor.start(at: .now()), .unknown)
        governor.isPaused = false
        governor.isHeld = true
        expect(governor.start(at: .now()), .unknown)
        governor.isHeld = false
        expect(governor.start(at: .now()), .now(probe: nil))
    }

    @Test func `new settings keep what is in flight and what the breaker knows`() {
        var destination = Destination(name: "a", concurrency: 4) { _, _, _ in .skipped(reason: "") }
        destination.breaker = Breaker.Settings(failures: 1)
        var governor = Governor(destination)
        let now = Uptime(nanoseconds: 1)
        expect(governor.start(at: now), .now(probe: nil))
        expect(governor.start(at: now), .now(probe: nil))
        _ = governor.ended(.failure("x"), probe: nil, at: now)
        destination.concurrency = 1
        governor.change(to: destination)
        #expect(governor.inFlight == 1)
        #expect(governor.breaker?.failures == 1)
        expect(governor.start(at: now + .seconds(60)), .unknown)
        destination.concurrency = 2
        destination.breaker = nil
        governor.change(to: destination)
        expect(governor.start(at: now), .now(probe: nil))
    }

    private func expect(_ found: Governor.Permission, _ wanted: Governor.Permission, location: Testing.SourceLocation = #_sourceLocation) {
        #expect(found == wanted, sourceLocation: location)
    }
}
