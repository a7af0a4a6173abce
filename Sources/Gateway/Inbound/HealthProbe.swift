import Logging
import Mappings
import Rules
import Synchronization

/// Answers `/healthz` (alive) and `/readyz` (would take and forward a conversion now).
///
/// Anyone may ask. So the answer says what kind of problem there is, and the log has the rest.
final class HealthProbe: Sendable {
    private struct State {
        var checkedAt: Timestamp?
        var problem: StoreError.Kind?
        /// When a conversion last had to be sent back, and why.
        var refusal: (at: Timestamp, kind: StoreError.Kind)?
    }
    private static let paths = ["/healthz", "/readyz"]
    /// How long a look at the store counts, so that a busy balancer costs no commits.
    private static let validity = Duration.seconds(1)
    /// How long a conversion that could not be stored counts, unless one is stored after it. Not for ever: a gateway that is not ready gets no requests.
    private static let memory = Duration.seconds(10)

    private let store: any IntakeStore
    private let now: @Sendable () -> Timestamp
    private let workersProblem: @Sendable () -> String?
    private let logger: Logger
    private let state = Mutex(State())
    /// Whether `state` has a refusal, so that the usual case takes no lock.
    private let hasRefusal = Atomic(false)

    /// - Parameter workersProblem: why deliveries do not move, in a sentence; nil if they do.
    init(
        store: any IntakeStore, now: @escaping @Sendable () -> Timestamp, logger: Logger, workersProblem: @escaping @Sendable () -> String?
    ) {
        self.store = store
        self.logger = logger
        self.now = now
        self.workersProblem = workersProblem
    }

    /// A sender was asked to come back. A look at the store alone is not enough: there may be room for its one row and none for a conversion.
    func couldNotStore(_ error: StoreError, at time: Timestamp) {
        state.withLock { $0.refusal = (time, error.kind) }
        hasRefusal.store(true, ordering: .relaxed)
    }

    func stored() {
        guard hasRefusal.load(ordering: .relaxed) else { return }
        hasRefusal.store(false, ordering: .relaxed)
        state.withLock { $0.refusal = nil }
    }

    func answers(_ request: WireRequest) -> Bool { request.path.utf8.count <= 8 && Self.paths.contains(request.path) }

    /// To a request that it answers.
    func reply(to request: WireRequest) async -> ReceptionReply {
        guard request.method == "GET" else {
            let sentence = "method \(request.method.quotedBriefly) is not answered here; send GET"
            return .error(.methodNotAllowed, sentence, headers: [("Allow", "GET")])
        }
        guard request.path == "/readyz" else { return ReceptionReply(ReceptionReply.json(status: 200, ["status": "ok"])) }
        let problems = [await storeProblem()?.problem, workersProblem()].compactMap(\.self)
        if problems.isEmpty { return ReceptionReply(ReceptionReply.json(status: 200, ["status": "ok"])) }
        let value: JSONValue = ["status": "unavailable", "problems": .array(problems.map { .string($0) })]
        return ReceptionReply(ReceptionReply.json(status: 503, value))
    }

    private func storeProblem() async -> StoreError.Kind? {
        let time = now()
        let refusal = state.withLock(\.refusal)
        if let refusal, refusal.at <= time, refusal.at.duration(to: time) < Self.memory { return refusal.kind }
        let known = state.withLock { state -> StoreError.Kind?? in
            guard let checkedAt = state.checkedAt, checkedAt <= time, checkedAt.duration(to: time) < Self.validity else { return nil }
            return .some(state.problem)
        }
        if let known { return known }
        var failure: StoreError?
        do {
            try await store.checkWritable()
        } catch {
            failure = error
        }
        let before = state.withLock { state in
            defer { (state.checkedAt, state.problem) = (time, failure?.kind) }
            return state.problem
        }
        if let failure, failure.kind != before {
            logger.error(
                "the store takes nothing, so /readyz answers 503", metadata: ["kind": "\(failure.kind.rawValue)", "error": "\(failure)"])
        }
        return failure?.kind
    }
}

extension StoreError.Kind {
    /// For strangers: without the place, the user and what the database said.
    fileprivate var problem: String {
        switch self {
        case .full: "the store has no space left"
        case .readOnly: "the store cannot be written to"
        case .busy: "the store is busy"
        case .corrupt: "the store is damaged"
        case .newerSchema: "the store belongs to a newer gateway"
        case .unreachable: "the store does not answer"
        case .unstorable, .notFound, .unavailable, .closed: "the store takes nothing at the moment"
        }
    }
}
