import Mappings
import Testing

@testable import Gateway

struct SenderCountersTests {
    @Test func `conversions that no route takes are counted and reported once a minute, apart from the second secret`() {
        let counters = SenderCounters()
        let start = Timestamp(seconds: 1000)
        #expect(counters.sentNowhere(at: start) == 1)
        #expect(counters.usedSecondSecret(at: start) == 1)
        #expect(counters.sentNowhere(at: start.advanced(by: .seconds(30))) == nil)
        #expect(counters.sentNowhere(at: start.advanced(by: .seconds(60))) == 2)
        #expect(counters.sentNowhere(at: start.advanced(by: .seconds(61))) == nil)
        #expect(counters.usedSecondSecret(at: start.advanced(by: .seconds(61))) == 1)
    }
}
