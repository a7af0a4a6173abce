import Rules

/// What a store would answer to a message, found out by the store's own writer in a transaction that is taken back. Nothing is changed.
protocol StoreForesight: ConversionStore {
    /// What `accept` would answer now.
    func foresee(acceptanceOf submission: Submission) async throws(StoreError) -> Acceptance
    /// What `correct` would answer now.
    func foresee(correctionBy submission: Submission) async throws(StoreError) -> CorrectionResult
}

extension StoreLocation {
    func openForForesight() throws(StoreError) -> any StoreForesight {
        switch self {
        case .sqlite(let path): try SQLiteConversionStore(path: path)
        case .postgres(let address): try PostgresConversionStore(address, role: .command)
        }
    }
}
