import Logging
import Mappings
import Rules

extension Intake {
    /// Keeps the request and answers with the tracker's documented error.
    ///
    /// - Parameters:
    ///   - retryAfter: in seconds, if the same request may come again.
    ///   - isKept: false answers only.
    func refuse(
        _ refusal: Refusal, _ arrival: Arrival, _ admission: Admission, retryAfter: Int64? = nil, isKept: Bool = true
    ) async -> ReceptionReply {
        let reply = turnAway(refusal, arrival, admission.match.mapping, source: admission.source, retryAfter: retryAfter)
        guard isKept, let refused = reception.kept(refusal, arrival, admission, status: reply.wire.status) else { return reply }
        do {
            log(refused, number: try await store.keep(refused), arrival)
        } catch {
            warn("a refused request could not be kept", error, arrival)
        }
        return reply
    }

    /// Counts the request and answers with the tracker's documented error; nothing of it is kept.
    ///
    /// - Parameters:
    ///   - source: nil if the request proves nobody, or was not looked at so far.
    ///   - retryAfter: in seconds, if the same request may come again.
    func turnAway(
        _ refusal: Refusal, _ arrival: Arrival, _ mapping: Mapping, source: ReceivingSource? = nil, retryAfter: Int64? = nil
    ) -> ReceptionReply {
        counts(of: source).count(refused: refusal.code)
        return reception.reply(refusal, arrival, mapping, retryAfter: retryAfter)
    }

    private func counts(of source: ReceivingSource?) -> IntakeMetrics { source.map { metrics.source($0.name) } ?? metrics.strangers }

    /// - Parameter number: what `gateway refused` calls it; nil if it is not kept.
    private func log(_ refused: RefusedRequest, number: Int64?, _ arrival: Arrival) {
        let source = refused.source ?? "unknown"
        let isPaced = refused.code == FailureCode.rateLimited.rawValue
        let verdict = isPaced ? .isOver : lines.count(refused.source.map { "source \($0)" } ?? "strangers", at: arrival.receivedAt)
        logger.log(
            level: verdict == .isOver ? .debug : .warning, "a request was refused: \(refused.reason.printable)",
            metadata: [
                "number": "\(number.map(String.init) ?? "not kept")", "request_id": "\(arrival.id)", "tracker": "\(refused.tracker ?? "")",
                "source": "\(source)", "code": "\(refused.code)", "status": "\(refused.status)",
            ])
        if verdict == .isLast {
            logger.warning(
                "more requests are refused than are worth a line each; `gateway refused` lists all of this minute",
                metadata: ["source": "\(source)"])
        }
    }

    /// Says, once a minute at most, that a request reached no tracker, and keeps it if it may be a sale.
    ///
    /// - Parameters:
    ///   - request: as much of it as could be read.
    ///   - isCut: its body broke off.
    func keep(unrouted request: WireRequest, peer: String, status: Int, code: String, reason: String, isCut: Bool = false) async {
        metrics.strangers.count(refused: FailureCode(rawValue: code))
        let now = clock.now()
        let isKept = unrouted.keeps(request, from: IPAddress(peer), at: now, uptime: clock.uptime())
        let line = unrouted.line(at: now)
        guard isKept || line != nil else { return }
        let refused = reception.kept(unrouted: request, peer: peer, at: now, status: status, code: code, reason: reason, isCut: isCut)
        if let count = line {
            logger.warning(
                "requests reach no tracker: \(refused.reason.printable); `gateway refused --unrouted` lists them",
                metadata: ["address": "\(peer)", "method": "\(request.method.printable)", "requests": "\(count)"])
        }
        guard isKept else { return }
        do {
            try await store.keep(refused)
        } catch {
            guard warnings.allows("store-\(error.kind.rawValue)", at: now) else { return }
            logger.error(
                "a request that reached no tracker could not be kept", metadata: ["kind": "\(error.kind.rawValue)", "error": "\(error)"])
        }
    }

    /// What becomes of a message that the store did not take. Only a failure of the store itself counts for `/readyz`.
    func notStored(_ error: StoreError, _ arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        if error.kind == .unstorable {
            warn("a request was refused since the store does not take it", error, arrival)
            let sentence = "the gateway cannot store this request: a value in it is too long, or of no use to the database"
            return await refuse(Refusal(.invalid, sentence), arrival, admission)
        }
        if error.kind != .busy { health.couldNotStore(error, at: arrival.receivedAt) }
        return storeFailed(error, arrival, admission)
    }

    /// Nothing was stored, so the sender must come back.
    func storeFailed(_ error: StoreError, _ arrival: Arrival, _ admission: Admission) -> ReceptionReply {
        counts(of: admission.source).count(.unavailable)
        warn("a request was sent back since the store failed", error, arrival)
        let (sentence, wait): (String, Int64) =
            switch error.kind {
            case .busy: ("the gateway is busy; try again in a moment", 1)
            case .full: ("the gateway cannot store more at the moment; try again later", 30)
            default: ("the gateway cannot store anything at the moment; try again later", 5)
            }
        return reception.reply(Refusal(.overloaded, sentence), arrival, admission.match.tracker.mapping, retryAfter: wait)
    }

    private func warn(_ sentence: Logger.Message, _ error: StoreError, _ arrival: Arrival) {
        guard warnings.allows("store-\(error.kind.rawValue)", at: arrival.receivedAt) else { return }
        logger.error(sentence, metadata: ["request_id": "\(arrival.id)", "kind": "\(error.kind.rawValue)", "error": "\(error)"])
    }
}
