/// One write that waits for its turn, with the caller who waits for the commit.
protocol QueuedWrite: AnyObject, Sendable {
    /// Does the work inside the shared transaction and remembers the outcome. May run twice where a batch had to be taken apart.
    ///
    /// A `StoreError` is this write's own outcome and must come before its first change; an `SQLiteFailure` undoes the batch.
    func run(_ writer: SQLiteWriter) throws(SQLiteFailure)
    /// Hands the outcome to the caller; `failure` overrides it.
    func finish(_ failure: StoreError?)
}
