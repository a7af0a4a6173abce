import Mappings
import Testing

@testable import Gateway

/// Reports that come once a minute, whatever the requests do.
struct PacedReportTests {
    private let start = Timestamp(seconds: 1_000_000)

    @Test func `a time that is a little before the last makes no second report`() {
        var count = PacedCount()
        #expect(count.add(at: start) == 1)
        #expect(count.add(at: start.advanced(by: .milliseconds(-1))) == nil)
        #expect(count.add(at: start.advanced(by: .seconds(59))) == nil)
        #expect(count.add(at: start.advanced(by: .seconds(60))) == 3)
        let pace = WarningPace(every: .seconds(60))
        #expect(pace.allows("a", at: start))
        #expect(!pace.allows("a", at: start.advanced(by: .milliseconds(-1))))
        #expect(pace.allows("b", at: start.advanced(by: .milliseconds(-1))))
        #expect(pace.allows("a", at: start.advanced(by: .seconds(60))))
    }

    @Test func `a clock that was set back far does not silence reports`() {
        var count = PacedCount()
        #expect(count.add(at: start) == 1)
        #expect(count.add(at: start.advanced(by: .seconds(-3600))) == 1)
        #expect(count.add(at: start.advanced(by: .seconds(-3590))) == nil)
        let pace = WarningPace(every: .seconds(60))
        #expect(pace.allows("a", at: start))
        #expect(pace.allows("a", at: start.advanced(by: .seconds(-3600))))
        #expect(!pace.allows("a", at: start.advanced(by: .seconds(-3590))))
    }
}
