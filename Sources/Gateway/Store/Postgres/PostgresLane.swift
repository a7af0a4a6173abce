import Dispatch
import Foundation
import Synchronization

/// One connection with a thread's worth of blocking work: what is put into a lane runs one after the other, off every event loop.
///
/// A connection that broke is opened again at once, and the work is run once more. If that fails, callers get an error without delay
/// while the lane tries again by itself, ever more slowly, until the server is back.
final class PostgresLane: @unchecked Sendable {
    struct Settings: Sendable {
        var statementTimeout: Duration
        /// How long the server may keep silent.
        var patience: Duration
        /// See `PostgresConnection`.
        var findsByKey = false
    }

    let address: PostgresAddress
    private let settings: Settings
    private let queue: DispatchQueue
    /// Touched on the queue only.
    private var connection: PostgresConnection?
    private var backoff = Backoff()
    /// Why calls fail at once.
    private let obstacle = Mutex<StoreError?>(nil)

    /// Where batches that it runs are counted.
    let commits: CommitMetrics?

    init(_ label: String, _ address: PostgresAddress, settings: Settings, commits: CommitMetrics? = nil) {
        self.commits = commits
        self.address = address
        self.settings = settings
        queue = DispatchQueue(label: "postgres.\(label)", qos: .userInitiated)
    }

    /// How long to wait before the next try to connect: 50 ms, doubled each time, up to 2 s.
    struct Backoff {
        private var wait: Duration = .milliseconds(50)
        mutating func next() -> Duration {
            defer { wait = min(wait * 2, .seconds(2)) }
            return wait
        }
        mutating func reset() { self = Self() }
    }

    var problem: StoreError? { obstacle.withLock { $0 } }

    /// Refuses everything from now on, after what is queued.
    func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                obstacle.withLock { $0 = .closed(place: address.description) }
                connection = nil
                continuation.resume()
            }
        }
    }

    /// Runs `body` in its turn. `isRetry`: it has run before, on a connection that broke, and may or may not have been committed.
    func perform<Value: Sendable>(
        _ body: @escaping @Sendable (_ connection: PostgresConnection, _ isRetry: Bool) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        if let problem { throw problem }
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            queue.async { [self] in continuation.resume(returning: attempt(body)) }
        }
        return try result.get()
    }

    /// For work that hands its outcome on by itself.
    func enqueue(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

    func enqueue(after wait: Duration, _ work: @escaping @Sendable () -> Void) {
        queue.asyncAfter(deadline: .now() + .microseconds(Int(wait / .microseconds(1))), execute: work)
    }

    /// Opens the connection now, on the caller's thread; before the first use only.
    func open() throws(StoreError) {
        let result = queue.sync { () -> Result<Void, StoreError> in
            do throws(PostgresFailure) {
                connection = try connected()
                return .success(())
            } catch {
                return .failure(StoreError(error, place: address.description))
            }
        }
        try result.get()
    }

    /// Runs work that may fail for a reason of its own, on the caller's thread; before the first use only.
    func check(_ body: (PostgresConnection) throws -> Void) throws(StoreError) {
        let result = queue.sync { () -> Result<Void, StoreError> in
            do {
                try body(try connected())
                return .success(())
            } catch let error as PostgresFailure {
                return .failure(StoreError(error, place: address.description))
            } catch {
                return .failure(error as? StoreError ?? StoreError(.unavailable, "\(error)"))
            }
        }
        try result.get()
    }

    /// On the queue only.
    func attempt<Value>(
        _ body: (_ connection: PostgresConnection, _ isRetry: Bool) throws(PostgresFailure) -> Value
    ) -> Result<Value, StoreError> {
        if let problem { return .failure(problem) }
        var isRetry = false
        var triesLeft = 6
        while true {
            do throws(PostgresFailure) {
                let connection = try connected()
                return .success(try body(connection, isRetry))
            } catch {
                guard error.isLost else {
                    triesLeft -= 1
                    if error.mayBeRunAgain, triesLeft > 0 {
                        usleep(UInt32.random(in: 1000...10_000))
                        continue
                    }
                    return .failure(StoreError(error, place: address.description))
                }
                let wasConnected = connection != nil
                connection = nil
                // Once only: a second connection that breaks as well is not to be trusted.
                if wasConnected, !isRetry {
                    isRetry = true
                    continue
                }
                let failure = StoreError(error, place: address.description)
                obstruct(failure)
                return .failure(failure)
            }
        }
    }

    private func connected() throws(PostgresFailure) -> PostgresConnection {
        if let connection, connection.isAlive { return connection }
        connection = nil
        let fresh = try PostgresConnection(
            address, statementTimeout: settings.statementTimeout, patience: settings.patience, findsByKey: settings.findsByKey)
        connection = fresh
        backoff.reset()
        return fresh
    }

    private func obstruct(_ failure: StoreError) {
        let isClosed = obstacle.withLock { obstacle in
            if obstacle?.kind == .closed { return true }
            obstacle = failure
            return false
        }
        guard !isClosed else { return }
        enqueue(after: backoff.next()) { [weak self] in self?.reconnect() }
    }

    private func reconnect() {
        guard let problem, problem.kind != .closed else { return }
        do throws(PostgresFailure) {
            _ = try connected()
            obstacle.withLock { if $0?.kind != .closed { $0 = nil } }
        } catch {
            obstruct(StoreError(error, place: address.description))
        }
    }
}
