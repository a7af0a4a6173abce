/// One write that waits for its turn, with the caller that waits for the commit.
protocol QueuedWrite: AnyObject, Sendable {
    /// Does the work inside the shared transaction and remembers the outcome. May run twice if a batch had to be taken apart.
    ///
    /// A `StoreError` is this write's own outcome and must come before its first change; an `SQLiteFailure` undoes the batch.
    func run(_ writer: SQLiteWriter) throws(SQLiteFailure)
    /// Whether the last run left the work to a later transaction.
    var isPostponed: Bool { get }
    /// Hands the outcome to the caller; `failure` overrides it.
    func finish(_ failure: StoreError?)
}

/// This transaction has enough to do. Thrown before the write's first change.
struct Postponed: Error {}

/// A piece of work for the writer, with the task that waits for it.
final class Write<Value: Sendable>: QueuedWrite, @unchecked Sendable {
    private let body: @Sendable (SQLiteWriter) throws -> Value
    private let continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    /// Touched on the writer's queue only.
    private var outcome: Result<Value, StoreError>?
    private(set) var isPostponed = false

    init(
        _ body: @escaping @Sendable (SQLiteWriter) throws -> Value,
        _ continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func run(_ writer: SQLiteWriter) throws(SQLiteFailure) {
        isPostponed = false
        do {
            outcome = .success(try body(writer))
        } catch let failure as SQLiteFailure {
            throw failure
        } catch is Postponed {
            isPostponed = true
        } catch {
            outcome = .failure(StoreError(error, path: writer.path))
        }
    }

    func finish(_ failure: StoreError?) {
        if let failure {
            continuation.resume(returning: .failure(failure))
        } else if let outcome {
            continuation.resume(returning: outcome)
        } else {
            continuation.resume(returning: .failure(StoreError(.unavailable, "a write ended without an outcome; report this")))
        }
    }
}
