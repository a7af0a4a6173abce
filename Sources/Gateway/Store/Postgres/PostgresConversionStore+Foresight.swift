import Rules

extension PostgresConversionStore {
    func foresee(acceptanceOf submission: Submission) async throws(StoreError) -> Acceptance {
        let queued = QueuedSubmission(submission)
        return try await foresee { writer, connection throws(PostgresFailure) in
            try writer.accept([queued], connection, isRetry: false)[0] ?? .stored
        }
    }

    func foresee(correctionBy submission: Submission) async throws(StoreError) -> CorrectionResult {
        let queued = QueuedSubmission(submission)
        return try await foresee { writer, connection throws(PostgresFailure) in
            try writer.correct([queued], connection, isRetry: false).first ?? .notFound
        }
    }

    private func foresee<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresWriter, PostgresConnection) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        var writer = writer
        writer.ending = .rollback
        return try await intakeLane.perform { [writer] connection, _ throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return try body(writer, connection)
            } catch {
                try connection.rollback(after: error)
                throw error
            }
        }
    }
}
