import Logging
import Mappings
import Rules

/// Carries out what `Reception` decides: asks the store, keeps what was refused, counts, logs, and answers after the commit.
///
/// Does not decide about a request itself, and does not know sockets: `InboundServer` does.
final class Intake: Sendable {
    struct Settings: Sendable {
        /// Requests in processing. The sender of one more is asked to come back.
        var requestsInFlight = 10_000
        /// Requests that prove nobody, from one address; nil has no limit.
        var wrongKeys: Rate? = ServiceLimits.wrongKeys
    }

    let reception: Reception
    let store: any IntakeStore
    let clock: IntakeClock
    let logger: Logger
    let warnings: WarningPace
    let health: HealthProbe
    let metrics: GatewayMetrics
    /// By the name of the source.
    let senders: [String: SenderCounters]
    let strangers: StrangerPace
    /// Those whose requests cannot be read as far as the proof; each request that is kept costs a write.
    let unreadable: StrangerPace
    /// Requests that ask whether an address answers, before any credential.
    let handshakes: StrangerPace
    let unrouted: UnroutedPace
    /// Of refused requests.
    let lines: LinePace
    /// The same store, if it answers without a task.
    let directStore: (any DirectIntakeStore)?
    let inFlight: InFlightLimit
    let onAccepted: @Sendable (Conversion, _ destinations: [String], _ claimEpoch: Int) -> Void
    let onCorrected: @Sendable (ConversionID) async -> Void
    let elsewhere: @Sendable (Arrival, _ peer: String) -> ReceptionReply?

    /// - Parameters:
    ///   - predecessor: the intake that this one takes over from: what it has counted and noticed goes on.
    ///   - workersProblem: for `/readyz`: why deliveries do not move, nil if they do.
    ///   - onAccepted: called after the commit of a new conversion and before the reply, with the store's claims as they were before the
    ///     commit; must not block.
    ///   - onCorrected: the same for a correction, by its own id.
    ///   - elsewhere: asked about a request that is for no tracker; nil leaves it at the usual reply.
    init(
        _ reception: Reception, store: any IntakeStore, clock: IntakeClock, settings: Settings = Settings(), logger: Logger,
        metrics: GatewayMetrics = GatewayMetrics(),
        after predecessor: Intake? = nil, workersProblem: @escaping @Sendable () -> String? = { nil },
        onAccepted: @escaping @Sendable (Conversion, _ destinations: [String], _ claimEpoch: Int) -> Void,
        onCorrected: @escaping @Sendable (ConversionID) async -> Void = { _ in },
        elsewhere: @escaping @Sendable (Arrival, _ peer: String) -> ReceptionReply? = { _, _ in nil }
    ) {
        self.reception = reception
        self.store = store
        directStore = store as? any DirectIntakeStore
        self.clock = clock
        self.logger = logger
        self.metrics = metrics
        self.onAccepted = onAccepted
        self.onCorrected = onCorrected
        self.elsewhere = elsewhere
        health = predecessor?.health ?? HealthProbe(store: store, now: clock.now, logger: logger, workersProblem: workersProblem)
        inFlight = predecessor?.inFlight ?? InFlightLimit(settings.requestsInFlight)
        strangers = predecessor?.strangers ?? StrangerPace(settings.wrongKeys)
        strangers.setRate(settings.wrongKeys)
        unreadable = predecessor?.unreadable ?? StrangerPace(settings.wrongKeys)
        unreadable.setRate(settings.wrongKeys)
        handshakes = predecessor?.handshakes ?? StrangerPace(settings.wrongKeys)
        handshakes.setRate(settings.wrongKeys)
        warnings = predecessor?.warnings ?? WarningPace(every: .seconds(60))
        unrouted = predecessor?.unrouted ?? UnroutedPace()
        lines = predecessor?.lines ?? LinePace(perMinute: 100)
        var senders: [String: SenderCounters] = [:]
        for source in reception.paths.trackers.flatMap(\.sources) {
            let counters = predecessor?.senders[source.name] ?? SenderCounters()
            counters.setRates(source.rates)
            senders[source.name] = counters
            // Its series are there from the start.
            _ = metrics.source(source.name)
        }
        self.senders = senders
    }

    /// - Parameters:
    ///   - peer: the address of the socket's other end.
    ///   - fault: why the body could not be taken in, such as its size; `request` is then without it.
    ///   - isCut: only the beginning of the body was taken in, or nothing of it.
    func respond(to request: WireRequest, peer: String, fault: Refusal? = nil, isCut: Bool = false) async -> ReceptionReply {
        switch begin(request, peer: peer, fault: fault, isCut: isCut) {
        case .store(let pending): await store(pending)
        case .ends(let ending): await ending.reply
        }
    }

    func respond(to arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        if let reply = await count(arrival, admission) { return reply }
        return await carryOut(reception.judge(arrival, admission), arrival, admission)
    }

    func carryOut(_ judgement: Judgement, _ arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        switch judgement {
        case .refused(let refusal): await refuse(refusal, arrival, admission)
        case .list(let limit, let offset): await list(arrival, admission, limit: limit, offset: offset)
        case .conversion(let conversion, let submission):
            await store(Pending(conversion, submission, arrival, admission, claimEpoch: store.claimEpoch))
        case .correction(let read, let submission): await correct(read.message, submission, arrival, admission)
        case .ignored(let reason): await ignore(reason, arrival, admission)
        }
    }

    private func correct(_ message: Conversion, _ submission: Submission, _ arrival: Arrival, _ admission: Admission) async
        -> ReceptionReply
    {
        let result: CorrectionResult
        do {
            result = try await store.correct(submission)
        } catch {
            return await notStored(error, arrival, admission)
        }
        health.stored()
        note(result, arrival.id, submission.conversion.source)
        if result == .waiting { await noteElsewhere(submission.conversion) }
        if case .applied(_, let correction) = result { await onCorrected(correction) }
        return await give(reception.conclude(result, to: message, arrival, admission), arrival, admission)
    }

    func give(_ conclusion: Conclusion, _ arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        switch conclusion {
        case .reply(let reply): reply
        case .refused(let refusal, let wait): await refuse(refusal, arrival, admission, retryAfter: wait)
        }
    }
}
