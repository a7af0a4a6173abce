import Rules

/// A store that takes a conversion without a task that waits for it.
protocol DirectIntakeStore: IntakeStore {
    /// The same as the other `accept`. Callable from any thread; never blocks.
    ///
    /// - Parameter done: called once, after the commit, on a thread of the store's that other writes wait for: it must only pass the result on.
    func accept(_ submission: Submission, _ done: @escaping @Sendable (Result<Acceptance, StoreError>) -> Void)
}
