import Mappings
import Rules
import Testing

struct BreakerTests {
    private let start = Uptime(nanoseconds: 1_000_000_000)
    private func time(_ milliseconds: Int64) -> Uptime { start + .milliseconds(milliseconds) }

    private func id(_ number: UInt64) -> ConversionID { ConversionID(high: 1, low: number) }
    /// Another one each time.
    private func other() -> ConversionID { ConversionID(high: 0, low: .random(in: 0 ... .max)) }

    @Test func `a run of failures opens it, and the first success closes it`() {
        var breaker = Breaker(Breaker.Settings(failures: 3))
        for _ in 1...2 { expectNothing(breaker.ended(.failure("no answer within 15s"), of: other(), probe: nil, at: time(0))) }
        expectNothing(breaker.ended(.success, of: other(), probe: nil, at: time(0)))
        for _ in 1...2 { expectNothing(breaker.ended(.failure("no answer within 15s"), of: other(), probe: nil, at: time(0))) }
        let opened = breaker.ended(.failure("tracker answered 503"), of: other(), probe: nil, at: time(10))
        #expect(opened == .opened(failures: 3, reason: "tracker answered 503", pause: .milliseconds(250)))
        #expect(breaker.permission(at: time(259)) == .after(time(260)))
        #expect(breaker.permission(at: time(260)) == .probe)
        let probe = breaker.beginProbe()
        #expect(breaker.permission(at: time(99_999)) == .unknown)
        let closed = breaker.ended(.success, of: other(), probe: probe, at: time(1010))
        #expect(closed == .closed(after: .seconds(1)))
        #expect(breaker.state == .closed && breaker.failures == 0 && breaker.openedAt == nil)
    }

    @Test func `each failed probe doubles the pause, up to the longest`() {
        var breaker = Breaker(Breaker.Settings(failures: 1, pause: .milliseconds(100), longest: .milliseconds(350)))
        var now = time(0)
        _ = breaker.ended(.failure("x"), of: other(), probe: nil, at: now)
        var pauses: [Int64] = []
        for _ in 1...4 {
            guard case .open(let until) = breaker.state else { return #expect(Bool(false), "not open") }
            pauses.append((until - now).nanoseconds / 1_000_000)
            now = until
            let probe = breaker.beginProbe()
            expectNothing(breaker.ended(.failure("x"), of: other(), probe: probe, at: now))
        }
        #expect(pauses == [100, 200, 350, 350])
    }

    @Test func `after a probe that sent nothing the next one goes at once`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), of: other(), probe: nil, at: time(0))
        let probe = breaker.beginProbe()
        expectNothing(breaker.ended(.nothing, of: other(), probe: probe, at: time(300)))
        #expect(breaker.permission(at: time(300)) == .probe)
    }

    @Test func `what was under way before it opened can close it and do no more`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), of: other(), probe: nil, at: time(0))
        let open = breaker
        expectNothing(breaker.ended(.failure("x"), of: other(), probe: nil, at: time(100)))
        expectNothing(breaker.ended(.nothing, of: other(), probe: nil, at: time(100)))
        #expect(breaker == open)
        let closed = breaker.ended(.success, of: other(), probe: nil, at: time(200))
        #expect(closed == .closed(after: .milliseconds(200)))
    }

    @Test func `a probe that outlives its outage decides nothing in the next`() {
        var breaker = Breaker(Breaker.Settings(failures: 1))
        _ = breaker.ended(.failure("x"), of: other(), probe: nil, at: time(0))
        let old = breaker.beginProbe()
        _ = breaker.ended(.success, of: other(), probe: nil, at: time(300))
        _ = breaker.ended(.failure("x"), of: other(), probe: nil, at: time(400))
        let new = breaker.beginProbe()
        expectNothing(breaker.ended(.failure("x"), of: other(), probe: old, at: time(700)))
        #expect(breaker.state == .halfOpen)
        expectNothing(breaker.ended(.failure("x"), of: other(), probe: new, at: time(800)))
        #expect(breaker.state == .open(until: time(1300)))
    }

    @Test func `one delivery that fails again and again opens nothing`() {
        var breaker = Breaker(Breaker.Settings(failures: 3))
        for _ in 1...50 { expectNothing(breaker.ended(.failure("x"), of: id(1), probe: nil, at: time(0))) }
        expectNothing(breaker.ended(.failure("x"), of: id(2), probe: nil, at: time(0)))
        #expect(breaker.failures == 51)
        let opened = breaker.ended(.failure("x"), of: id(3), probe: nil, at: time(0))
        #expect(opened == .opened(failures: 52, reason: "x", pause: .milliseconds(250)))
    }

    @Test func `what fails while others go well is spared once in each run`() {
        var breaker = Breaker(Breaker.Settings(failures: 3))
        for round in 0..<5 {
            for number: UInt64 in 1...2 { expectNothing(breaker.ended(.failure("x"), of: id(number), probe: nil, at: time(0))) }
            // From the second round on, two that are suspect and two others.
            if round > 0 { expectNothing(breaker.ended(.failure("x"), of: other(), probe: nil, at: time(0))) }
            if round > 0 { expectNothing(breaker.ended(.failure("x"), of: other(), probe: nil, at: time(0))) }
            expectNothing(breaker.ended(.success, of: other(), probe: nil, at: time(0)))
        }
        #expect(!breaker.isUntouched)
    }

    @Test func `if the destination dies, what was suspect opens it as well`() {
        var breaker = Breaker(Breaker.Settings(failures: 2))
        for number: UInt64 in 1...3 {
            expectNothing(breaker.ended(.failure("x"), of: id(number), probe: nil, at: time(0)))
            expectNothing(breaker.ended(.success, of: other(), probe: nil, at: time(0)))
        }
        for number: UInt64 in 1...3 { expectNothing(breaker.ended(.failure("x"), of: id(number), probe: nil, at: time(0))) }
        expectNothing(breaker.ended(.failure("x"), of: id(1), probe: nil, at: time(5000)))
        let opened = breaker.ended(.failure("x"), of: id(2), probe: nil, at: time(5000))
        #expect(opened == .opened(failures: 5, reason: "x", pause: .milliseconds(250)))
    }

    @Test func `what goes well is suspect no more`() {
        var breaker = Breaker(Breaker.Settings(failures: 2))
        expectNothing(breaker.ended(.failure("x"), of: id(1), probe: nil, at: time(0)))
        expectNothing(breaker.ended(.success, of: id(2), probe: nil, at: time(0)))
        expectNothing(breaker.ended(.success, of: id(1), probe: nil, at: time(0)))
        #expect(breaker.isUntouched)
        expectNothing(breaker.ended(.failure("x"), of: id(1), probe: nil, at: time(0)))
        let opened = breaker.ended(.failure("x"), of: id(2), probe: nil, at: time(0))
        #expect(opened == .opened(failures: 2, reason: "x", pause: .milliseconds(250)))
    }

    private func expectNothing(_ change: Breaker.Change?, location: Testing.SourceLocation = #_sourceLocation) {
        #expect(change == nil, sourceLocation: location)
    }
}
