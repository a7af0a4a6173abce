import Logging
import Mappings
import Rules

/// The way of a request in steps, none of which waits. A good request needs no task: it is judged in one step, stored, and answered in another.
extension Intake {
    /// How a request goes on once it is judged.
    enum Step {
        /// It is to be stored. `conclude` takes what the store makes of it.
        case store(Pending)
        case ends(Ending)
    }

    enum Ending: Sendable {
        case now(ReceptionReply)
        /// The reply waits for the store, or for more than one thing.
        case later(@Sendable () async -> ReceptionReply)

        var reply: ReceptionReply {
            get async {
                switch self {
                case .now(let reply): reply
                case .later(let rest): await rest()
                }
            }
        }
    }

    /// A conversion on its way to the store.
    final class Pending: Sendable {
        let conversion: Conversion
        let submission: Submission
        let arrival: Arrival
        let admission: Admission
        /// The store's, from before the commit.
        let claimEpoch: Int
        /// Whether it is one of the requests in processing, until it is answered.
        let isCounted: Bool

        init(
            _ conversion: Conversion, _ submission: Submission, _ arrival: Arrival, _ admission: Admission, claimEpoch: Int,
            isCounted: Bool = false
        ) {
            self.conversion = conversion
            self.submission = submission
            self.arrival = arrival
            self.admission = admission
            self.claimEpoch = claimEpoch
            self.isCounted = isCounted
        }
    }

    /// - Parameters: those of `respond`.
    func begin(_ request: WireRequest, peer: String, fault: Refusal?, isCut: Bool) -> Step {
        if health.answers(request) { return .ends(.later { await self.health.reply(to: request) }) }
        let now = clock.now()
        let arrival = Arrival(
            id: clock.id(at: now), receivedAt: now, request: request, sender: reception.sender(of: request, peer: peer),
            isCut: isCut, requestID: reception.requestID(of: request, peer: peer))
        switch reception.find(arrival) {
        case .nowhere(let reply, let refusal): return .ends(nowhere(reply, refusal, arrival, peer: peer))
        case .handshake(let reply, let match): return .ends(.now(answer(reply, arrival, match.tracker.mapping)))
        case .trackers(let matches, let first):
            guard inFlight.enter() else {
                let refusal = Refusal(.overloaded, "too many requests are under way; try again in a moment")
                return .ends(.now(turnAway(refusal, arrival, first.tracker.mapping, retryAfter: 1)))
            }
            switch judge(arrival, matches, first, fault) {
            case .store(let pending): return .store(pending)
            case .ends(let ending): return .ends(leaving(after: ending))
            }
        }
    }

    /// The request is one of those in processing until then.
    private func leaving(after ending: Ending) -> Ending {
        guard case .later(let rest) = ending else {
            inFlight.leave()
            return ending
        }
        return .later { [inFlight] in
            defer { inFlight.leave() }
            return await rest()
        }
    }

    private func nowhere(_ reply: ReceptionReply, _ refusal: Refusal, _ arrival: Arrival, peer: String) -> Ending {
        if let reply = elsewhere(arrival, peer) { return .now(reply) }
        guard inFlight.enter() else { return .now(reply) }
        return leaving(
            after: .later {
                await self.keep(
                    unrouted: arrival.request, peer: arrival.peer, status: reply.wire.status, code: refusal.code.rawValue,
                    reason: refusal.reason)
                return reply
            })
    }

    private func judge(_ arrival: Arrival, _ matches: [PathTable.Match], _ first: PathTable.Match, _ fault: Refusal?) -> Step {
        if let reply = tooCostly(arrival, first) { return .ends(.now(reply)) }
        if fault == nil, !arrival.isCut, let requests = first.requests(in: arrival.request) {
            return .ends(.later { await self.respond(to: arrival, holding: requests, matches, first) })
        }
        let admission = reception.admit(arrival, matches, first, fault: fault)
        guard admission.source != nil, !admission.countsForRates else {
            return .ends(.later { await self.respond(to: arrival, admission) })
        }
        count(unbounded: arrival, admission)
        switch reception.judge(arrival, admission) {
        case .conversion(let conversion, let submission):
            return .store(Pending(conversion, submission, arrival, admission, claimEpoch: store.claimEpoch, isCounted: true))
        case let judgement: return .ends(.later { await self.carryOut(judgement, arrival, admission) })
        }
    }

    // MARK: The store's answer

    func store(_ pending: Pending) async -> ReceptionReply {
        let result: Result<Acceptance, StoreError>
        do {
            result = .success(try await store.accept(pending.submission))
        } catch {
            result = .failure(error)
        }
        return await conclude(pending, result).reply
    }

    /// - Parameter result: called once for each.
    func conclude(_ pending: Pending, _ result: Result<Acceptance, StoreError>) -> Ending {
        let ending = ending(of: pending, result)
        return pending.isCounted ? leaving(after: ending) : ending
    }

    private func ending(of pending: Pending, _ result: Result<Acceptance, StoreError>) -> Ending {
        let (arrival, admission, submission) = (pending.arrival, pending.admission, pending.submission)
        let acceptance: Acceptance
        switch result {
        case .success(let made): acceptance = made
        case .failure(let error): return .later { await self.notStored(error, arrival, admission) }
        }
        FaultPoint.afterCommit.reached()
        health.stored()
        note(acceptance, submission.conversion.source)
        switch acceptance {
        case .stored:
            noteStored(pending.conversion)
            if submission.destinations.isEmpty { noteNoRoute(submission.conversion.source, at: arrival.receivedAt) }
            onAccepted(pending.conversion, submission.destinations, pending.claimEpoch)
        case .corrected(_, let correction):
            return .later {
                await self.onCorrected(correction)
                return await self.give(self.reception.conclude(acceptance, to: pending.conversion, arrival, admission), arrival, admission)
            }
        case .duplicate, .secondTry, .conflict, .refused: break
        }
        switch reception.conclude(acceptance, to: pending.conversion, arrival, admission) {
        case .reply(let reply): return .now(reply)
        case .refused(let refusal, let wait): return .later { await self.refuse(refusal, arrival, admission, retryAfter: wait) }
        }
    }
}
