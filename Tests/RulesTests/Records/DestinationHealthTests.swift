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

    @Test func `what waits for more than five minutes makes it slow`() {
        #expect(Self.health(oldest: .seconds(300)) == .ok)
        #expect(Self.health(oldest: .seconds(301)) == .slow(since: Self.now.advanced(by: .seconds(-301))))
    }
}
