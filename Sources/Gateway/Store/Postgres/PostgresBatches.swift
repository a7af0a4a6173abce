import Foundation

/// Gathers equal pieces of work while a transaction runs, so that they share the next one.
///
/// `commit` gets them in the order they came and returns as many outcomes, nil for what it leaves to the next transaction; it never leaves
/// all. It runs a whole transaction, maybe more than once. `shortcut` is tried before it, once: a transaction of its own in one exchange with the
/// server, which may leave any of them, also all.
final class PostgresBatches<Input: Sendable, Output: Sendable>: Sendable {
    typealias Commit = @Sendable (_ connection: PostgresConnection, _ inputs: [Input], _ isRetry: Bool) throws(PostgresFailure) -> [Output?]
    typealias Shortcut = @Sendable (_ connection: PostgresConnection, _ inputs: [Input]) throws(PostgresFailure) -> [Output?]

    /// A class, so that a queue moves a pointer. Each is resumed exactly once, as `settle` and `run` have it.
    private final class Waiting: Sendable {
        /// Nil ends the queue: nothing is admitted after it.
        let input: Input?
        let write: UnsafeContinuation<Result<Output, StoreError>, Never>?
        let end: UnsafeContinuation<Void, Never>?

        init(_ input: Input, _ write: UnsafeContinuation<Result<Output, StoreError>, Never>) {
            (self.input, self.write, end) = (input, write, nil)
        }
        init(end: UnsafeContinuation<Void, Never>) { (input, write, self.end) = (nil, nil, end) }
    }

    private let lane: PostgresLane
    private let queue: GroupCommit<Waiting>
    private let shortcut: Shortcut?
    private let commit: Commit

    init(_ lane: PostgresLane, capacity: Int, batchLimit: Int, shortcut: Shortcut? = nil, commit: @escaping Commit) {
        self.lane = lane
        queue = GroupCommit(capacity: capacity, batchLimit: batchLimit)
        self.shortcut = shortcut
        self.commit = commit
    }

    /// Returns after the commit.
    func add(_ input: Input) async throws(StoreError) -> Output {
        if let problem = lane.problem { throw problem }
        let result: Result<Output, StoreError> = await withUnsafeContinuation { continuation in
            switch queue.add(Waiting(input, continuation)) {
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
        await withUnsafeContinuation { continuation in
            switch queue.add(Waiting(end: continuation), isLast: true) {
            case .queued: break
            case .startDraining: lane.enqueue { [self] in drain() }
            case .closed, .full: continuation.resume()
            }
        }
    }

    private func drain() {
        var done = 0
        let clock = ContinuousClock()
        while let batch = queue.next(done: done) {
            let start = clock.now
            let rest = run(batch)
            lane.commits?.count(batch.count, clock.now - start)
            queue.putBack(rest)
            done = batch.count - rest.count
            // Senders that keep a connection busy come back right after their reply. Waiting a part of the exchange's time for them puts them
            // into the next one instead of the one after: fewer and larger transactions.
            if queue.isWorthWaiting(after: done) { usleep(UInt32(min(2000, (clock.now - start) / .microseconds(3)))) }
        }
    }

    /// Returns what is left to a later transaction.
    private func run(_ batch: [Waiting]) -> [Waiting] {
        let (outputs, failure) = attempt(batch.compactMap(\.input))
        let rest = settle(batch, outputs)
        let writes = rest.count { $0.input != nil }
        guard let failure else {
            if writes > 0 { return rest }
            for waiting in rest { waiting.end?.resume() }
            return []
        }
        // One row that the database does not take must not take the others with it. It is found by halves: 99 good ones cost a few commits.
        if case .row = failure, writes > 1 { return run(Array(rest[..<(rest.count / 2)])) + run(Array(rest[(rest.count / 2)...])) }
        for waiting in rest {
            waiting.write?.resume(returning: .failure(failure.error))
            waiting.end?.resume()
        }
        return []
    }

    /// Hands the outcomes on. Returns those that have none.
    private func settle(_ batch: [Waiting], _ outputs: [Output?]) -> [Waiting] {
        var rest: [Waiting] = []
        var outputs = outputs.makeIterator()
        for waiting in batch {
            if let write = waiting.write, let output = outputs.next() ?? nil {
                write.resume(returning: .success(output))
            } else {
                rest.append(waiting)
            }
        }
        return rest
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

    /// The outcomes that are certain, and why the others have none.
    private func attempt(_ inputs: [Input]) -> (outputs: [Output?], failure: Failure?) {
        var outputs: [Output?] = Array(repeating: nil, count: inputs.count)
        if inputs.isEmpty { return (outputs, nil) }
        var (concernsRow, isFirst) = (false, true)
        let result = lane.attempt { connection, isRetry throws(PostgresFailure) in
            do throws(PostgresFailure) {
                defer { isFirst = false }
                if let shortcut, isFirst { outputs = try shortcut(connection, inputs) }
                let rest = inputs.indices.filter { outputs[$0] == nil }
                if rest.isEmpty { return }
                let found = try commit(connection, rest.count == inputs.count ? inputs : rest.map { inputs[$0] }, isRetry)
                for (index, output) in zip(rest, found) { outputs[index] = output }
            } catch {
                concernsRow = error.concernsRow
                try connection.rollback(after: error)
                throw error
            }
        }
        guard case .failure(let error) = result else { return (outputs, nil) }
        return (outputs, concernsRow ? .row(error) : .database(error))
    }
}
