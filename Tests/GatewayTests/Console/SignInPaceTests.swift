import Mappings
import Testing

@testable import Gateway

struct SignInPaceTests {
    private static let now = Timestamp(seconds: 1_763_600_000)

    @Test func `each wrong password makes the next try from that address wait longer, and no other address`() {
        let pace = SignInPace()
        var waits: [Duration] = []
        for _ in 0..<10 {
            waits.append(pace.begin("203.0.113.7", at: Self.now) ?? .zero)
            pace.ended("203.0.113.7", isRight: false)
        }
        #expect(waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 32].map { .seconds($0) })
        #expect(pace.begin("203.0.113.8", at: Self.now) == .zero)
        // A quarter of an hour later it is forgotten.
        #expect(pace.begin("203.0.113.7", at: Self.now.advanced(by: .seconds(900))) == .zero)
    }

    @Test func `more than four tries at once from one address are sent away`() {
        let pace = SignInPace()
        for _ in 0..<4 { #expect(pace.begin("203.0.113.7", at: Self.now) != nil) }
        #expect(pace.begin("203.0.113.7", at: Self.now) == nil)
        #expect(pace.begin("203.0.113.8", at: Self.now) != nil)
        pace.ended("203.0.113.7", isRight: true)
        #expect(pace.begin("203.0.113.7", at: Self.now) != nil)
    }
}
