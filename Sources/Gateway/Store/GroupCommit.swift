import Rules
import Synchronization

/// Gathers writes while a commit runs, so that they share the next one.
///
/// Decides only; a caller that gets `true` from `add` must drain until `next` returns nil.
final class GroupCommit<Write: Sendable>: Sendable {
    /// Writes that were left to a later batch and go before all others of the next one. No more of them than one transaction is likely to
    /// take, so that there is room for others beside them.
    static var turns: Int { 100 }

    private struct State {
        var waiting: [Write] = []
        /// Left over by earlier batches.
        var postponed: [Write] = []
        /// Waiting, left over or under way.
        var count = 0
        var isDraining = false
        var isClosed = false
    }

    enum Admission { case startDraining, queued, full, closed }

    private let state = Mutex(State())
    let capacity: Int
    let batchLimit: Int

    init(capacity: Int, batchLimit: Int) {
        self.capacity = capacity
        self.batchLimit = batchLimit
    }

    /// `isLast`: nothing is admitted after this one.
    func add(_ write: Write, isLast: Bool = false) -> Admission {
        state.withLock { state in
            if state.isClosed { return .closed }
            if state.count >= capacity, !isLast { return .full }
            state.isClosed = isLast
            state.count += 1
            state.waiting.append(write)
            if state.isDraining { return .queued }
            state.isDraining = true
            return .startDraining
        }
    }

    /// Writes that wait or are under way.
    var count: Int { state.withLock(\.count) }

    /// Whether more writes are likely to arrive at once: the last batch was large, and so far fewer wait.
    func isWorthWaiting(after lastBatch: Int) -> Bool {
        state.withLock { lastBatch >= 8 && !$0.waiting.isEmpty && $0.waiting.count < batchLimit }
    }

    /// Takes back writes of the last batch, which are not done yet. They go before what comes meanwhile: however many writes of their kind
    /// come, each of them has its turn.
    func putBack(_ writes: [Write]) {
        if writes.isEmpty { return }
        state.withLock { $0.postponed += writes }
    }

    /// The next batch, oldest first; nil ends the draining. `done` writes of the last batch leave the queue.
    func next(done: Int) -> [Write]? {
        state.withLock { state in
            state.count -= done
            guard !state.waiting.isEmpty || !state.postponed.isEmpty else {
                state.isDraining = false
                return nil
            }
            // The last write ends the queue, so it goes behind all that were left over.
            let turns = state.isClosed ? batchLimit : min(Self.turns, batchLimit)
            var batch = Self.take(turns, of: &state.postponed)
            if state.isClosed, !state.postponed.isEmpty { return batch }
            if batch.isEmpty {
                batch = Self.take(batchLimit, of: &state.waiting)
            } else {
                batch += Self.take(batchLimit - batch.count, of: &state.waiting)
            }
            return batch
        }
    }

    private static func take(_ limit: Int, of writes: inout [Write]) -> [Write] {
        var taken: [Write] = []
        if writes.count <= limit {
            swap(&taken, &writes)
            writes.reserveCapacity(taken.count)
        } else {
            taken = Array(writes.prefix(limit))
            writes.removeFirst(limit)
        }
        return taken
    }
}
