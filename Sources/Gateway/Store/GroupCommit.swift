import Rules
import Synchronization

/// Gathers writes while a commit runs, so that they share the next one.
///
/// Decides only; a caller that gets `true` from `add` must drain until `next` returns nil.
final class GroupCommit<Write: Sendable>: Sendable {
    private struct State {
        var waiting: [Write] = []
        /// Waiting or under way.
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

    /// Puts writes of the last batch behind all that wait. They are not done yet.
    func putBack(_ writes: [Write]) { state.withLock { $0.waiting += writes } }

    /// The next batch, oldest first; nil ends the draining. `done` writes of the last batch leave the queue.
    func next(done: Int) -> [Write]? {
        state.withLock { state in
            state.count -= done
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            var batch: [Write] = []
            if state.waiting.count <= batchLimit {
                swap(&batch, &state.waiting)
                state.waiting.reserveCapacity(batch.count)
            } else {
                batch = Array(state.waiting.prefix(batchLimit))
                state.waiting.removeFirst(batchLimit)
            }
            return batch
        }
    }
}
