import Rules
import Testing

struct HistoryOrderTests {
    @Test func `a delivery is between the nearest pending steps before and after it`() {
        let found = HistoryOrder.neighbours(of: 3, pending: [5, 0, 3, 2, 4])
        #expect(found.before == 2)
        #expect(found.after == 4)
    }

    @Test func `if nothing else is pending nothing is held`() {
        let alone = HistoryOrder.neighbours(of: 3, pending: [3])
        #expect(alone.before == nil && alone.after == nil)
        let first = HistoryOrder.neighbours(of: 0, pending: [0, 1])
        #expect(first.before == nil && first.after == 1)
    }

    @Test func `the earliest held step goes first`() {
        #expect(HistoryOrder.released(held: [4, 2, 3], pending: [2, 3, 4, 5]) == 2)
        #expect(HistoryOrder.released(held: [], pending: [5]) == nil)
    }

    @Test func `while an even earlier step is pending nothing behind it goes`() {
        #expect(HistoryOrder.released(held: [4, 2, 3], pending: [0, 2, 3, 4]) == nil)
    }
}
