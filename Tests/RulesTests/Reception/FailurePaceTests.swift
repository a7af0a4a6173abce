import Mappings
import Rules
import Testing

struct FailurePaceTests {
    private let start = Uptime(nanoseconds: 1_000_000_000_000)
    private let rate = Rate(permits: 3, interval: .seconds(60))

    private func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    @Test func `after some failures an address must wait, and others need not`() throws {
        var pace = FailurePace(rate)
        let (guesser, other) = (try address("192.0.2.1"), try address("192.0.2.2"))
        for second: Int64 in 0..<3 { #expect(pace.fail(guesser, at: start + .seconds(second)) == nil) }
        let refused = pace.fail(guesser, at: start + .seconds(20))
        let wait = try #require(refused)
        #expect(wait > .seconds(39) && wait < .seconds(41))
        #expect(pace.wait(guesser, at: start + .seconds(20)) == wait)
        #expect(pace.wait(other, at: start) == nil)
        #expect(pace.fail(other, at: start + .seconds(20)) == nil)
        #expect(pace.wait(guesser, at: start + .seconds(61)) == nil)
        for _ in 0..<3 { #expect(pace.fail(guesser, at: start + .seconds(63)) == nil) }
        #expect(pace.fail(guesser, at: start + .seconds(63)) != nil)
    }

    @Test func `an IPv6 network of 64 bits is one sender`() throws {
        var pace = FailurePace(rate)
        for number in 1...3 { #expect(try pace.fail(address("2001:db8:0:1::\(number)"), at: start) == nil) }
        #expect(try pace.fail(address("2001:db8:0:1:ffff::9"), at: start) != nil)
        #expect(try pace.fail(address("2001:db8:0:2::1"), at: start) == nil)
        #expect(try address("2001:db8:0:1:ffff::9").subscriber.description == "2001:db8:0:1::")
        #expect(try address("::ffff:192.0.2.1").subscriber == address("192.0.2.1"))
    }

    @Test func `beyond the addresses that are remembered all others count as one, until some were quiet`() throws {
        var pace = FailurePace(rate, addresses: 2)
        #expect(try pace.fail(address("192.0.2.1"), at: start) == nil)
        #expect(try pace.fail(address("192.0.2.2"), at: start) == nil)
        for number in 3...5 { #expect(try pace.fail(address("192.0.2.\(number)"), at: start) == nil) }
        #expect(try pace.fail(address("192.0.2.6"), at: start) != nil)
        #expect(try pace.fail(address("192.0.2.1"), at: start) == nil)
        // Both are forgotten after a quiet minute.
        #expect(try pace.fail(address("192.0.2.6"), at: start + .seconds(60)) == nil)
        #expect(try pace.fail(address("192.0.2.6"), at: start + .seconds(60)) == nil)
    }
}
