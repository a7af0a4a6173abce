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
    private let inFlight: InFlightLimit
    private let onAccepted: @Sendable (Conversion, _ destinations: [String], _ claimEpoch: Int) -> Void
    private let onCorrected: @Sendable (ConversionID) async -> Void
    private let elsewhere: @Sendable (Arrival, _ peer: String) -> ReceptionReply?

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
        if let reply = await health.reply(to: request) { return reply }
        let now = clock.now()
        let arrival = Arrival(
            id: clock.id(at: now), receivedAt: now, request: request, sender: reception.sender(of: request, peer: peer),
            isCut: isCut, requestID: reception.requestID(of: request, peer: peer))
        switch reception.find(arrival) {
        case .nowhere(let reply, let refusal):
            if let reply = elsewhere(arrival, peer) { return reply }
            guard inFlight.enter() else { return reply }
            defer { inFlight.leave() }
            await keep(
                unrouted: request, peer: arrival.peer, status: reply.wire.status, code: refusal.code.rawValue, reason: refusal.reason)
            return reply
        case .handshake(let reply, let match): return answer(reply, arrival, match.tracker.mapping)
        case .trackers(let matches, let first):
            guard inFlight.enter() else {
                let refusal = Refusal(.overloaded, "too many requests are under way; try again in a moment")
                return reception.reply(refusal, arrival, first.tracker.mapping, retryAfter: 1)
            }
            defer { inFlight.leave() }
            if let reply = tooCostly(arrival, first) { return reply }
            if fault == nil, !isCut, let requests = first.mapping.requests(in: request) {
                return await respond(to: arrival, holding: requests, matches, first)
            }
            return await respond(to: arrival, reception.admit(arrival, matches, first, fault: fault))
        }
    }

    func respond(to arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        if let reply = await count(arrival, admission) { return reply }
        switch reception.judge(arrival, admission) {
        case .refused(let refusal): return await refuse(refusal, arrival, admission)
        case .list(let limit, let offset): return await list(arrival, admission, limit: limit, offset: offset)
        case .conversion(let conversion, let submission): return await store(conversion, submission, arrival, admission)
        case .correction(let read, let submission): return await correct(read.message, submission, arrival, admission)
        case .ignored(let reason): return await ignore(reason, arrival, admission)
        }
    }

    private func store(
        _ conversion: Conversion, _ submission: Submission, _ arrival: Arrival, _ admission: Admission
    ) async -> ReceptionReply {
        let acceptance: Acceptance
        let claimEpoch = store.claimEpoch
        do {
            acceptance = try await store.accept(submission)
            FaultPoint.afterCommit.reached()
        } catch {
            return await notStored(error, arrival, admission)
        }
        health.stored()
        note(acceptance, submission.conversion.source)
        switch acceptance {
        case .stored:
            noteStored(conversion)
            if submission.destinations.isEmpty { noteNoRoute(submission.conversion.source, at: arrival.receivedAt) }
            onAccepted(conversion, submission.destinations, claimEpoch)
        case .corrected(_, let correction): await onCorrected(correction)
        case .duplicate, .secondTry, .conflict, .refused: break
        }
        return await give(reception.conclude(acceptance, to: conversion, arrival, admission), arrival, admission)
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

    private func give(_ conclusion: Conclusion, _ arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        switch conclusion {
        case .reply(let reply): reply
        case .refused(let refusal, let wait): await refuse(refusal, arrival, admission, retryAfter: wait)
        }
    }
}
