import Rules

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

/// A piece of work for the writer, and who gets its outcome.
final class Write<Value: Sendable>: QueuedWrite, @unchecked Sendable {
    private let body: @Sendable (SQLiteWriter) throws -> Value
    private let done: @Sendable (Result<Value, StoreError>) -> Void
    /// Touched on the writer's queue only.
    private var outcome: Result<Value, StoreError>?
    private(set) var isPostponed = false

    /// - Parameter done: called once.
    init(_ body: @escaping @Sendable (SQLiteWriter) throws -> Value, _ done: @escaping @Sendable (Result<Value, StoreError>) -> Void) {
        self.body = body
        self.done = done
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
        done(failure.map { .failure($0) } ?? outcome ?? .failure(.withoutOutcome))
    }
}

/// The usual write, without what makes `Write` fit for any.
final class AcceptWrite: QueuedWrite, @unchecked Sendable {
    private let submission: QueuedSubmission
    private let done: @Sendable (Result<Acceptance, StoreError>) -> Void
    /// Touched on the writer's queue only.
    private var acceptance: Acceptance?
    private(set) var isPostponed = false

    init(_ submission: QueuedSubmission, _ done: @escaping @Sendable (Result<Acceptance, StoreError>) -> Void) {
        self.submission = submission
        self.done = done
    }

    func run(_ writer: SQLiteWriter) throws(SQLiteFailure) {
        isPostponed = false
        acceptance = try writer.accept(submission)
        isPostponed = acceptance == nil
    }

    func finish(_ failure: StoreError?) {
        done(failure.map { .failure($0) } ?? acceptance.map { .success($0) } ?? .failure(.withoutOutcome))
    }
}

extension StoreError {
    fileprivate static let withoutOutcome = StoreError(.unavailable, "a write ended without an outcome; report this")
}
