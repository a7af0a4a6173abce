import Mappings
import Rules
import Testing

struct ReadyWindowTests {
    func ready(_ number: UInt64, attempts: Int = 0) -> ReadyDelivery {
        ReadyDelivery(id: ConversionID(high: 0, low: number), attempts: attempts, content: .document([]))
    }
    func id(_ number: UInt64) -> ConversionID { ConversionID(high: 0, low: number) }
    func offer(_ number: UInt64, to window: inout ReadyWindow, fits: Bool, location: Testing.SourceLocation = #_sourceLocation) {
        let result = window.offer(ready(number))
        #expect(result == fits, sourceLocation: location)
    }
    func taken(_ count: Int, from window: inout ReadyWindow) -> [ConversionID?] { (0..<count).map { _ in window.take()?.id } }

    @Test func `first come, first served, and none twice`() {
        var window = ReadyWindow(capacity: 4)
        offer(1, to: &window, fits: true)
        offer(2, to: &window, fits: true)
        offer(1, to: &window, fits: false)
        #expect(taken(1, from: &window) == [id(1)])
        offer(1, to: &window, fits: false)
        window.settle(id(1))
        offer(1, to: &window, fits: true)
        #expect(taken(3, from: &window) == [id(2), id(1), nil])
    }

    @Test func `what was never tried and what has failed take turns`() {
        var window = ReadyWindow(capacity: 16)
        _ = window.beginFetch()
        window.endFetch((1...4).map { ready($0, attempts: Int($0)) }, wasFull: false)
        for number: UInt64 in 11...13 { offer(number, to: &window, fits: true) }
        #expect(taken(8, from: &window) == [11, 1, 12, 2, 13, 3, 4].map(id) + [nil])
    }

    @Test func `a probe takes what has failed least, and of what was never tried the newest`() {
        var window = ReadyWindow(capacity: 16)
        _ = window.beginFetch()
        window.endFetch([ready(1, attempts: 3), ready(2, attempts: 1), ready(3, attempts: 1)], wasFull: false)
        offer(11, to: &window, fits: true)
        offer(12, to: &window, fits: true)
        let probes = (1...6).map { _ in window.take(asProbe: true)?.id }
        #expect(probes == [12, 11, 2, 3, 1].map(id) + [nil])
        #expect(window.waitingCount == 0 && window.underWay == 5)
    }

    @Test func `what does not fit stays in the store until the window has run low`() {
        var window = ReadyWindow(capacity: 4)
        for number in 1...4 { offer(UInt64(number), to: &window, fits: true) }
        offer(5, to: &window, fits: false)
        _ = window.take()
        offer(6, to: &window, fits: false)
        #expect(!window.wantsFetch)
        _ = window.take()
        _ = window.take()
        #expect(window.wantsFetch)
        let fetch = window.beginFetch()
        #expect(fetch?.leavingOut == [id(1), id(2), id(3), id(4)])
        #expect(fetch?.limit == 3)
        window.endFetch([ready(5), ready(6)], wasFull: false)
        #expect(!window.hasOverflowed)
        #expect(taken(3, from: &window) == [id(4), id(5), id(6)])
    }

    @Test func `what was settled while the store was read is not made again`() {
        var window = ReadyWindow(capacity: 4)
        let first = window.beginFetch()
        let second = window.beginFetch()
        #expect(first?.limit == 4)
        #expect(second == nil)
        offer(1, to: &window, fits: true)
        _ = window.take()
        window.settle(id(1))
        window.endFetch([ready(1), ready(2)], wasFull: false)
        #expect(taken(1, from: &window) == [id(2)])
        #expect(taken(1, from: &window) == [nil])
    }

    @Test func `a full answer means there is more`() {
        var window = ReadyWindow(capacity: 2)
        _ = window.beginFetch()
        window.endFetch([ready(1), ready(2)], wasFull: true)
        #expect(window.hasOverflowed)
        #expect(!window.wantsFetch)
        _ = window.take()
        _ = window.take()
        #expect(window.wantsFetch)
    }

    @Test func `an offer that comes after its delivery was read, made and settled is not made again`() {
        var window = ReadyWindow(capacity: 4)
        _ = window.beginFetch()
        window.endFetch([ready(5), ready(6)], wasFull: false)
        #expect(taken(2, from: &window) == [id(5), id(6)])
        offer(6, to: &window, fits: false)
        window.settle(id(5))
        window.settle(id(6))
        offer(5, to: &window, fits: false)
        offer(4, to: &window, fits: true)
        offer(7, to: &window, fits: true)
        #expect(taken(3, from: &window) == [id(4), id(7), nil])
    }
}
