import Rules

/// What operators did in the console.
protocol AuditStore: Sendable {
    func note(_ action: OperatorAction) async throws(StoreError)
    /// Newest first.
    /// - Parameter number: only what came before the action with this number.
    func actions(before number: Int64?, limit: Int) async throws(StoreError) -> [OperatorActionRow]
}
