import Mappings
import Rules
import Synchronization

@testable import Gateway

/// Remembers what intake wrote; fails on demand.
final class MemoryIntakeStore: IntakeStore {
    struct State {
        var submissions: [Submission] = []
        var keys: [DuplicateKey: (id: ConversionID, source: String, at: Timestamp)] = [:]
        var refused: [RefusedRequest] = []
        var ignored: [IgnoredMessage] = []
        var repeats: [(first: ConversionID, sameContent: Bool)] = []
        var failure: StoreError?
        var checks = 0
        var claimEpoch = 0
    }
    let state = Mutex(State())
    private let begun = AsyncStream.makeStream(of: Void.self)
    private let released = AsyncStream.makeStream(of: Void.self)
    private let isHeld: Bool

    /// - Parameter isHeld: a conversion is not stored, and no list is read, before `release`.
    init(isHeld: Bool = false) { self.isHeld = isHeld }

    func release() { released.continuation.finish() }

    /// Returns when a conversion is being stored, or a list is being read; works once.
    func hasBegun() async { for await _ in begun.stream { return } }

    var submissions: [Submission] { state.withLock(\.submissions) }
    var refused: [RefusedRequest] { state.withLock(\.refused) }
    var ignored: [IgnoredMessage] { state.withLock(\.ignored) }

    var claimEpoch: Int { state.withLock(\.claimEpoch) }
    /// The process has slept past its lease.
    func loseClaims() { state.withLock { $0.claimEpoch += 1 } }

    func fail(_ error: StoreError?) { state.withLock { $0.failure = error } }

    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance {
        begun.continuation.yield()
        if isHeld { for await _ in released.stream {} }
        let result: Result<Acceptance, StoreError> = state.withLock { state in
            if let failure = state.failure { return .failure(failure) }
            if let key = submission.requestID, let holder = state.keys[key.bare] { return .success(.secondTry(of: holder.id)) }
            for key in submission.keys {
                guard let holder = state.keys[key.bare] else { continue }
                if let lifetime = key.lifetime, holder.at.advanced(by: lifetime) <= submission.conversion.receivedAt { continue }
                if holder.source != submission.conversion.source { return .success(.conflict(with: holder.id)) }
                let same = state.submissions.first { $0.conversion.id == holder.id }?.content == submission.content
                state.repeats.append((holder.id, same))
                return .success(.duplicate(of: holder.id, sameContent: same))
            }
            for key in submission.keys {
                state.keys[key.bare] = (submission.conversion.id, submission.conversion.source, submission.conversion.receivedAt)
            }
            state.submissions.append(submission)
            return .success(.stored)
        }
        return try result.get()
    }

    func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64? {
        let (failure, number) = state.withLock { state in
            if state.failure == nil { state.refused.append(refused) }
            return (state.failure, Int64(state.refused.count))
        }
        if let failure { throw failure }
        return number
    }

    func count(_ ignored: IgnoredMessage) async throws(StoreError) {
        let failure = state.withLock { state in
            if state.failure == nil { state.ignored.append(ignored) }
            return state.failure
        }
        if let failure { throw failure }
    }

    func checkWritable() async throws(StoreError) {
        let failure = state.withLock { state in
            state.checks += 1
            return state.failure
        }
        if let failure { throw failure }
    }

    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] {
        begun.continuation.yield()
        if isHeld { for await _ in released.stream {} }
        let (rows, failure) = state.withLock { ($0.submissions.map(\.conversion), $0.failure) }
        if let failure { throw failure }
        return Array(rows.filter { $0.source == filter.source }.reversed().dropFirst(filter.offset).prefix(filter.limit))
    }

    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult { .notFound }
}

extension DuplicateKey {
    /// Two rules with the same key meet, whatever their windows.
    fileprivate var bare: DuplicateKey { DuplicateKey(scope: scope, digest: digest, lifetime: nil) }
}
