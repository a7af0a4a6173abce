import FuzzProperties
import Testing

@testable import Gateway

/// A clock that moves only when the test sets it.
private struct Moment: InstantProtocol {
    var offset: Duration = .zero
    func advanced(by duration: Duration) -> Self { Self(offset: offset + duration) }
    func duration(to other: Self) -> Duration { other.offset - offset }
    static func < (left: Self, right: Self) -> Bool { left.offset < right.offset }
}

struct NodeLeaseTests {
    @Test func `a lease is given up before the database gives it up`() {
        let lease = NodeLease(length: .seconds(15), askedAt: Moment())
        #expect(lease.holds(at: Moment(offset: .seconds(11))))
        #expect(!lease.holds(at: Moment(offset: .seconds(12))))
    }

    @Test func `a renewal in time leaves no gap, a late one does`() {
        var lease = NodeLease(length: .seconds(15), askedAt: Moment())
        lease.renewed(askedAt: Moment(offset: .seconds(11)), hadLapsed: false)
        #expect(lease.gaps == 0)
        lease.renewed(askedAt: Moment(offset: .seconds(30)), hadLapsed: false)
        #expect(lease.gaps == 1)
        #expect(lease.holds(at: Moment(offset: .seconds(41))))
    }

    @Test func `the database's answer counts, whatever the node's own clock shows`() {
        var lease = NodeLease(length: .seconds(15), askedAt: Moment())
        lease.renewed(askedAt: Moment(offset: .seconds(1)), hadLapsed: true)
        #expect(lease.gaps == 1)
    }

    /// A database and a node whose messages take any time: whenever the node believes that it has its lease, the database agrees.
    @Test(arguments: 1...200) func `a node never believes longer than the database does`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var now = Moment()
        var lease = NodeLease(length: .seconds(15), askedAt: now)
        var databaseEnd = now.advanced(by: .seconds(15))
        for _ in 0..<200 {
            let asked = now
            let arrives = asked.advanced(by: .milliseconds(Int64(random.next() % 9000)))
            let answered = arrives.advanced(by: .milliseconds(Int64(random.next() % 9000)))
            // What it believes while it waits for the answer rests on the renewal before.
            for step in 0..<10 {
                let moment = asked.advanced(by: asked.duration(to: answered) * step / 10)
                if lease.holds(at: moment) { #expect(moment < databaseEnd || moment >= arrives) }
            }
            let hadLapsed = arrives >= databaseEnd
            databaseEnd = arrives.advanced(by: .seconds(15))
            let gaps = lease.gaps
            lease.renewed(askedAt: asked, hadLapsed: hadLapsed)
            if hadLapsed { #expect(lease.gaps == gaps + 1) }
            #expect(lease.end < databaseEnd)
            now = answered.advanced(by: .milliseconds(Int64(random.next() % 8000)))
        }
    }
}
