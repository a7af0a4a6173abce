import Mappings
import Rules
import Synchronization

extension SQLiteConversionStore {
    func foresee(acceptanceOf submission: Submission) async throws(StoreError) -> Acceptance {
        let queued = QueuedSubmission(submission)
        return try await foresee { writer in
            guard let acceptance = try writer.accept(queued) else { throw Postponed() }
            return acceptance
        }
    }

    func foresee(correctionBy submission: Submission) async throws(StoreError) -> CorrectionResult {
        let queued = QueuedSubmission(submission)
        return try await foresee { writer in
            guard let result = try writer.correct(queued) else { throw Postponed() }
            return result
        }
    }

    private func foresee<Value: Sendable>(_ body: @escaping @Sendable (SQLiteWriter) throws -> Value) async throws(StoreError) -> Value {
        let found = Mutex<Value?>(nil)
        do throws(StoreError) {
            return try await write { writer -> Value in
                let value = try body(writer)
                found.withLock { $0 = value }
                throw SQLiteFailure.takenBack
            }
        } catch {
            if let value = found.withLock({ $0 }) { return value }
            throw error
        }
    }
}
