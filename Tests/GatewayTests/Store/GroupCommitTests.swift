import Testing

@testable import Gateway

struct GroupCommitTests {
    /// A transaction takes 100 of a kind and leaves the rest, as the stores do with corrections, while 150 more come.
    @Test func `a write that was left over has its turn however many of its kind come`() {
        let queue = GroupCommit<Int>(capacity: 100_000, batchLimit: 256)
        var number = 0
        func come(_ count: Int) {
            for _ in 0..<count {
                _ = queue.add(number)
                number += 1
            }
        }
        come(250)
        var (done, finished): (Int, [Int]) = (0, [])
        for _ in 0..<20 {
            guard let batch = queue.next(done: done) else { break }
            #expect(batch.count <= queue.batchLimit)
            come(150)
            let rest = Array(batch.dropFirst(100))
            queue.putBack(rest)
            done = batch.count - rest.count
            finished += batch.prefix(100)
        }
        #expect(finished.prefix(250).sorted() == Array(0..<250))
    }

    @Test func `others join the next batch beside those that were left over`() {
        let queue = GroupCommit<Int>(capacity: 1000, batchLimit: 256)
        for number in 0..<200 { _ = queue.add(number) }
        guard let batch = queue.next(done: 0) else { return #expect(Bool(false)) }
        queue.putBack(batch)
        _ = queue.add(1000)
        #expect(queue.next(done: 0) == Array(0..<100) + [1000])
        #expect(queue.next(done: 101) == Array(100..<200))
        #expect(queue.next(done: 100) == nil)
        #expect(queue.count == 0)
    }

    @Test func `the last write comes behind all that were left over`() {
        let queue = GroupCommit<Int>(capacity: 1000, batchLimit: 256)
        for number in 0..<200 { _ = queue.add(number) }
        guard let batch = queue.next(done: 0) else { return #expect(Bool(false)) }
        queue.putBack(batch)
        _ = queue.add(200, isLast: true)
        #expect(queue.next(done: 0) == Array(0...200))
        #expect(queue.next(done: 201) == nil)
    }
}
