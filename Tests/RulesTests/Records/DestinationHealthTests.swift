import Mappings
import Rules
import Testing

struct DestinationHealthTests {
    private static let now = Timestamp(seconds: 1_763_600_000)

    private static func report(_ breaker: DestinationReport.Breaker, failures: Int, reason: String? = nil) -> DestinationReport {
        DestinationReport(
            destination: "main", breaker: breaker, openedAt: breaker == .closed ? nil : now.advanced(by: .seconds(-60)), failures: failures,
            reason: reason, inFlight: 0, waiting: 0, isDryRun: false, reportedAt: now)
    }

    private static func health(
        control: DestinationControl? = nil, _ reports: DestinationReport..., counts: [DeliveryState: Int] = [:], oldest: Duration? = nil
    ) -> DestinationHealth {
        DestinationHealth(
            control: control, reports: reports, lately: EndedDeliveries(counts: counts),
            oldest: oldest.map { now.advanced(by: .zero - $0) },
            now: now)
    }

    @Test func `a destination that rejects everything is failing, not ok`() {
        let health = Self.health(Self.report(.closed, failures: 0), counts: [.rejected: 6])
        #expect(health == .failing(since: nil, "6 of 6 did not arrive: 6 rejected"))
        #expect(Self.health(counts: [.delivered: 5, .rejected: 4, .skipped: 2]).reason == "6 of 11 did not arrive: 2 skipped, 4 rejected")
        #expect(Self.health(counts: [.delivered: 3, .duplicate: 1, .dead: 4]) == .ok)
        let doubtful = Self.health(counts: [.delivered: 1, .unconfirmed: 4, .dead: 1]).reason
        #expect(doubtful == "5 of 6 did not arrive, or may not have: 1 dead, 4 unconfirmed")
        #expect(Self.health(counts: [.pending: 9]) == .ok)
    }

    @Test func `an open breaker is down, also while it probes`() {
        let since = Self.now.advanced(by: .seconds(-60))
        #expect(
            Self.health(Self.report(.open, failures: 5, reason: "503"), counts: [.rejected: 6])
                == .down(since: since, "5 failures in a row: 503"))
        #expect(Self.health(Self.report(.halfOpen, failures: 5)) == .down(since: since, "5 failures in a row"))
        #expect(Self.health(Self.report(.closed, failures: 1)) == .ok)
        #expect(Self.health(Self.report(.closed, failures: 2, reason: "503")) == .failing(since: nil, "2 failures in a row: 503"))
    }

    @Test func `an operator's pause comes before everything`() {
        let control = DestinationControl(destination: "main", pausedAt: Self.now, reason: "audit")
        let health = Self.health(control: control, Self.report(.open, failures: 5), counts: [.rejected: 6])
        #expect(health == .paused(since: Self.now, "audit"))
        #expect(health.word == "paused")
    }

    @Test func `a dry run records what it would have sent, and that is no failure`() {
        let lately = EndedDeliveries(counts: [.skipped: 5])
        #expect(DestinationHealth(control: nil, reports: [], lately: lately, oldest: nil, isDryRun: true, now: Self.now) == .ok)
        #expect(DestinationHealth(control: nil, reports: [], lately: lately, oldest: nil, now: Self.now).word == "failing")
    }

    @Test func `corrections that are skipped are no failure, and do not hide one`() {
        func health(_ counts: [DeliveryState: Int], corrections: Int) -> DestinationHealth {
            var lately = EndedDeliveries(counts: counts)
            lately.skippedCorrections = corrections
            return DestinationHealth(control: nil, reports: [], lately: lately, oldest: nil, now: Self.now)
        }
        #expect(health([.skipped: 3], corrections: 3) == .ok)
        #expect(health([.delivered: 1, .skipped: 9], corrections: 9) == .ok)
        #expect(health([.skipped: 3], corrections: 2).reason == "3 of 3 did not arrive: 3 skipped")
        #expect(health([.delivered: 1, .rejected: 2, .skipped: 9], corrections: 9).word == "failing")
    }

    @Test func `the time until all is through is said once there is a pace`() {
        func time(_ ended: Int, within span: Duration, waiting: Int = 30) -> Duration? {
            EndedDeliveries(counts: [.delivered: ended - 1, .dead: 1, .pending: 7], first: Self.now.advanced(by: .zero - span))
                .time(for: waiting, at: Self.now)
        }
        #expect(time(60, within: .seconds(3600)) == .seconds(1800))
        #expect(time(60, within: .seconds(120)) == .seconds(60))
        #expect(time(60, within: .seconds(59)) == nil, "it has just begun")
        #expect(time(9, within: .seconds(3600)) == nil, "too few to say")
        #expect(time(60, within: .seconds(3600), waiting: 0) == nil)
        #expect(EndedDeliveries(counts: [.delivered: 60]).time(for: 30, at: Self.now) == nil)
    }

    @Test func `what waits for more than five minutes makes it slow`() {
        #expect(Self.health(oldest: .seconds(300)) == .ok)
        #expect(Self.health(oldest: .seconds(301)) == .slow(since: Self.now.advanced(by: .seconds(-301))))
    }
}
