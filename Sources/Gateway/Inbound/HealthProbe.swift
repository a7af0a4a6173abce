import Mappings
import Rules
import Synchronization

/// Answers `/healthz` (alive) and `/readyz` (would take and forward a conversion now).
final class HealthProbe: Sendable {
    private struct State {
        var checkedAt: Timestamp?
        var problem: String?
        /// When a conversion last had to be sent back, and why.
        var refusal: (at: Timestamp, reason: String)?
    }
    private static let paths = ["/healthz", "/readyz"]
    /// How long a look at the store counts, so that a busy balancer costs no commits.
    private static let validity = Duration.seconds(1)
    /// How long a conversion that could not be stored counts, unless one is stored after it. Not for ever: who is not ready gets no requests.
    private static let memory = Duration.seconds(10)

    private let store: any ConversionStore
    private let now: @Sendable () -> Timestamp
    private let workersProblem: @Sendable () -> String?
    private let state = Mutex(State())
    /// Whether `state` has a refusal, so that the usual case takes no lock.
    private let hasRefusal = Atomic(false)

    /// - Parameter workersProblem: why deliveries do not move, in a sentence; nil where they do.
    init(store: any ConversionStore, now: @escaping @Sendable () -> Timestamp, workersProblem: @escaping @Sendable () -> String?) {
        self.store = store
        self.now = now
        self.workersProblem = workersProblem
    }

    /// A conversion had to be sent back. A look at the store alone may find room for its one row where no conversion fits.
    func couldNotStore(_ error: StoreError, at time: Timestamp) {
        state.withLock { $0.refusal = (time, error.description) }
        hasRefusal.store(true, ordering: .relaxed)
    }

    func stored() {
        guard hasRefusal.load(ordering: .relaxed) else { return }
        hasRefusal.store(false, ordering: .relaxed)
        state.withLock { $0.refusal = nil }
    }

    /// Nil for any other path.
    func reply(to request: WireRequest) async -> ReceptionReply? {
        guard request.path.utf8.count <= 8, Self.paths.contains(request.path) else { return nil }
        guard request.method == "GET" else {
            let sentence = "method \(request.method.quotedBriefly) is not answered here; send GET"
            return .error(.methodNotAllowed, sentence, headers: [("Allow", "GET")])
        }
        guard request.path == "/readyz" else { return ReceptionReply(ReceptionReply.json(status: 200, ["status": "ok"])) }
        let problems = [await storeProblem(), workersProblem()].compactMap(\.self)
        if problems.isEmpty { return ReceptionReply(ReceptionReply.json(status: 200, ["status": "ok"])) }
        let value: JSONValue = ["status": "unavailable", "problems": .array(problems.map { .string($0) })]
        return ReceptionReply(ReceptionReply.json(status: 503, value))
    }

    private func storeProblem() async -> String? {
        let time = now()
        let refusal = state.withLock(\.refusal)
        if let refusal, refusal.at <= time, refusal.at.duration(to: time) < Self.memory { return refusal.reason }
        let known = state.withLock { state -> String?? in
            guard let checkedAt = state.checkedAt, checkedAt <= time, checkedAt.duration(to: time) < Self.validity else { return nil }
            return .some(state.problem)
        }
        if let known { return known }
        var problem: String?
        do {
            try await store.checkWritable()
        } catch {
            problem = error.description
        }
        state.withLock { state in
            state.checkedAt = time
            state.problem = problem
        }
        return problem
    }
}
