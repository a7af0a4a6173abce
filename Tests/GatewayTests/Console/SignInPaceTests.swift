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

    @Test func `beyond ten thousand addresses all further ones are counted as one`() {
        let pace = SignInPace()
        for number in 0..<10_000 {
            #expect(pace.begin("known \(number)", at: Self.now) == .zero)
            pace.ended("known \(number)", isRight: false)
        }
        var waits: [Duration] = []
        for number in 0..<5 {
            waits.append(pace.begin("new \(number)", at: Self.now) ?? .zero)
            pace.ended("new \(number)", isRight: false)
        }
        #expect(waits == [0, 0, 0, 1, 2].map { .seconds($0) })
        #expect(pace.begin("known 1", at: Self.now) == .zero)
    }
}
