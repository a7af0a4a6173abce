import Rules
import Testing

struct UnconfirmedRunTests {
    @Test func `the beginning of a run is reported once, and its end once`() {
        var run = UnconfirmedRun()
        #expect((1...6).map { _ in run.take(.unconfirmed) } == [nil, nil, .began(count: 3), nil, nil, nil])
        #expect(run.take(.retry) == nil)
        #expect(run.take(.timeout) == nil)
        #expect(run.take(.unconfirmed) == nil)
        #expect(run.take(.delivered) == .ended(count: 7))
        #expect(run.take(.delivered) == nil)
    }

    @Test(arguments: [AttemptOutcome.delivered, .duplicate, .rejected]) func `a few odd answers are no run`(other: AttemptOutcome) {
        var run = UnconfirmedRun()
        for _ in 1...10 {
            for outcome in [AttemptOutcome.unconfirmed, .unconfirmed, other] { #expect(run.take(outcome) == nil) }
        }
    }
}
