import Rules

/// What the store would answer to a message, found out by its own writer in a transaction that is taken back. Nothing is changed.
protocol ForesightStore: Sendable {
    /// What `accept` would answer now.
    func foresee(acceptanceOf submission: Submission) async throws(StoreError) -> Acceptance
    /// What `correct` would answer now.
    func foresee(correctionBy submission: Submission) async throws(StoreError) -> CorrectionResult
}
