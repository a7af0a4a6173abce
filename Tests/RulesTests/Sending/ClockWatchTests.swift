import Mappings
import Rules
import Testing

struct ClockWatchTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    /// What it says each second, while the calendar's clock is set by so much before some of them.
    private func answers(_ count: Int, setting steps: [Int: Duration]) -> [Int] {
        var watch = ClockWatch()
        var correction: Duration = .zero
        return (0..<count).filter { second in
            correction += steps[second] ?? .zero
            let elapsed = Duration.seconds(second)
            return watch.isDue(at: start.advanced(by: elapsed + correction), uptime: Uptime(nanoseconds: 5) + elapsed)
        }
    }

    @Test func `it looks at the start, and not again while the clock runs on`() {
        #expect(answers(600, setting: [:]) == [0])
    }

    @Test func `it looks when the clock was set back, and a minute later`() {
        #expect(answers(600, setting: [100: .seconds(-7200)]) == [0, 100, 160])
        #expect(answers(600, setting: [100: .seconds(-7200), 130: .seconds(-60)]) == [0, 100, 130, 190])
    }

    @Test func `a clock that was set forward, or is corrected a little, is no reason to look`() {
        #expect(answers(600, setting: [100: .seconds(7200), 200: .milliseconds(-900)]) == [0])
    }
}
