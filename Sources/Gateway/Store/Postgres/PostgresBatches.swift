import Foundation

/// Gathers equal pieces of work while a transaction runs, so that they share the next one.
///
/// `commit` gets them in the order they came and returns as many outcomes, nil for what it leaves to the next transaction; it never leaves
/// all. It runs a whole transaction, maybe more than once.
final class PostgresBatches<Input: Sendable, Output: Sendable>: Sendable {
    typealias Commit = @Sendable (_ connection: PostgresConnection, _ inputs: [Input], _ isRetry: Bool) throws(PostgresFailure) -> [Output?]

    private enum Waiting: Sendable {
        case write(Input, CheckedContinuation<Result<Output, StoreError>, Never>)
        /// Nothing is admitted after it.
        case end(CheckedContinuation<Void, Never>)

        var input: Input? { if case .write(let input, _) = self { input } else { nil } }
    }

    private let lane: PostgresLane
    private let queue: GroupCommit<Waiting>
    private let commit: Commit

    init(_ lane: PostgresLane, capacity: Int, batchLimit: Int, commit: @escaping Commit) {
        self.lane = lane
        queue = GroupCommit(capacity: capacity, batchLimit: batchLimit)
        self.commit = commit
    }

    /// Returns after the commit.
    func add(_ input: Input) async throws(StoreError) -> Output {
        if let problem = lane.problem { throw problem }
        let result: Result<Output, StoreError> = await withCheckedContinuation { continuation in
            switch queue.add(.write(input, continuation)) {
            case .queued: break
            case .startDraining: lane.enqueue { [self] in drain() }
            case .closed: continuation.resume(returning: .failure(.closed(place: lane.address.description)))
            case .full:
                let sentence = "\(queue.capacity) writes to \(lane.address) are waiting; try again in a moment"
                continuation.resume(returning: .failure(StoreError(.busy, sentence)))
            }
        }
        return try result.get()
    }

    /// Refuses everything from now on; returns after what is queued.
    func close() async {
        await withCheckedContinuation { continuation in
            switch queue.add(.end(continuation), isLast: true) {
            case .queued: break
            case .startDraining: lane.enqueue { [self] in drain() }
            case .closed, .full: continuation.resume()
            }
        }
    }

    private func drain() {
        var done = 0
        while let batch = queue.next(done: done) {
            let start = ContinuousClock.now
            let rest = run(batch)
            lane.commits?.count(batch.count, .now - start)
            queue.putBack(rest)
            done = batch.count - rest.count
        }
    }

    /// Returns what is left to a later transaction.
    private func run(_ batch: [Waiting]) -> [Waiting] {
        let inputs = batch.compactMap(\.input)
        let result = inputs.isEmpty ? .success([]) : attempt(inputs)
        // One row that the database does not take must not take the others with it. It is found by halves: 99 good ones cost a few commits.
        if case .failure(.row) = result, inputs.count > 1 {
            return run(Array(batch[..<(batch.count / 2)])) + run(Array(batch[(batch.count / 2)...]))
        }
        var outputs = (try? result.get())?.makeIterator()
        var rest: [Waiting] = []
        for waiting in batch {
            switch waiting {
            case .end: rest.append(waiting)
            case .write(_, let continuation):
                if let output = outputs?.next() {
                    if let output { continuation.resume(returning: .success(output)) } else { rest.append(waiting) }
                } else if case .failure(let failure) = result {
                    continuation.resume(returning: .failure(failure.error))
                } else {
                    let sentence = "a write ended without an outcome; report this"
                    continuation.resume(returning: .failure(StoreError(.unavailable, sentence)))
                }
            }
        }
        if rest.contains(where: { $0.input != nil }) { return rest }
        for case .end(let continuation) in rest { continuation.resume() }
        return []
    }

    private enum Failure: Error {
        /// One of the rows is at fault.
        case row(StoreError)
        case database(StoreError)

        var error: StoreError {
            switch self {
            case .row(let error), .database(let error): error
            }
        }
    }

    private func attempt(_ inputs: [Input]) -> Result<[Output?], Failure> {
        var concernsRow = false
        let result = lane.attempt { connection, isRetry throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return try commit(connection, inputs, isRetry)
            } catch {
                concernsRow = error.concernsRow
                try connection.rollback(after: error)
                throw error
            }
        }
        return result.mapError { concernsRow ? .row($0) : .database($0) }
    }
}
