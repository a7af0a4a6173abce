import Logging
import Mappings
import Rules

extension Intake {
    /// Counts a request of a known source. Nil if it may go on, else the tracker's own words for "too many".
    func count(_ arrival: Arrival, _ admission: Admission) async -> ReceptionReply? {
        guard let source = admission.source else { return countStranger(arrival, admission) }
        if admission.secret == .second { noteSecondSecret(source, arrival) }
        if admission.countsForRates, let reply = await tooMany(arrival, admission, source) { return reply }
        noteOpenDoor(arrival, admission)
        return nil
    }

    /// Counts a request that no rate bounds.
    func count(unbounded arrival: Arrival, _ admission: Admission) {
        if admission.secret == .second, let source = admission.source { noteSecondSecret(source, arrival) }
        noteOpenDoor(arrival, admission)
    }

    /// The reply to a request that is not even judged: its address failed too often, its head proves nobody, and to judge it would cost more
    /// than most requests do.
    func tooCostly(_ arrival: Arrival, _ match: PathTable.Match) -> ReceptionReply? {
        guard arrival.request.body.count + arrival.request.query.utf8.count > StrangerPace.judged,
            case .peer(_, let address?) = arrival.sender, let wait = strangers.wait(address, at: clock.uptime()),
            reception.judgeHead(arrival.request) != .proven
        else { return nil }
        return sendBack(address, wait, arrival, match.mapping)
    }

    /// Counts a request that proves nobody. Nil if it is answered as such, and kept.
    private func countStranger(_ arrival: Arrival, _ admission: Admission) -> ReceptionReply? {
        guard case .failure(let refusal) = admission.outcome, case .peer(_, let address?) = arrival.sender else { return nil }
        let mapping = admission.match.mapping
        if refusal.code == .unauthorized {
            return strangers.fail(address, at: clock.uptime()).map { sendBack(address, $0, arrival, mapping) }
        }
        // Its body was too large, or is none: to come back with the same is of no use, so the answer stays.
        guard unreadable.fail(address, at: clock.uptime()) != nil else { return nil }
        if warnings.allows("unreadable", at: arrival.receivedAt) {
            logger.warning(
                "an address sends requests too often that prove nobody and cannot be read; more of them are answered, and not kept",
                metadata: ["address": "\(address.subscriber)", "code": "\(refusal.code)"])
        }
        return turnAway(refusal, arrival, mapping)
    }

    private func sendBack(_ address: IPAddress, _ wait: Duration, _ arrival: Arrival, _ mapping: Mapping) -> ReceptionReply {
        if warnings.allows("wrong-keys", at: arrival.receivedAt) {
            logger.warning(
                "an address sends wrong credentials too often; more of them are sent back, and not kept",
                metadata: ["address": "\(address.subscriber)"])
        }
        let seconds = wait.wholeSeconds
        let sentence = "requests from this address had wrong credentials too often; try again in \(Duration.seconds(seconds).text)"
        return turnAway(Refusal(.rateLimited, sentence), arrival, mapping, retryAfter: seconds)
    }

    private func tooMany(_ arrival: Arrival, _ admission: Admission, _ source: ReceivingSource) async -> ReceptionReply? {
        guard case .refused(let excess)? = senders[source.name]?.take(admission.secret, at: clock.uptime()) else { return nil }
        if warnings.allows("rate-\(source.name)", at: arrival.receivedAt) {
            logger.warning(
                "a source sends more than its rate; its requests are sent back",
                metadata: ["source": "\(source.name)", "rate": "\(excess.rate)", "of": excess.isCredential ? "credential" : "source"])
        }
        return await refuse(excess.refusal, arrival, admission, retryAfter: excess.retryAfter, isKept: excess.isWorthKeeping)
    }

    /// Reports, once a minute at most, that a rotation must go on.
    private func noteSecondSecret(_ source: ReceivingSource, _ arrival: Arrival) {
        logger.debug("a request was proven by the second secret", metadata: ["source": "\(source.name)", "request_id": "\(arrival.id)"])
        guard source.isRotating, let count = senders[source.name]?.usedSecondSecret(at: arrival.receivedAt) else { return }
        logger.info(
            "the second secret of a source is still in use; remove it when this line no longer appears",
            metadata: ["source": "\(source.name)", "requests": "\(count)"])
    }

    private func noteOpenDoor(_ arrival: Arrival, _ admission: Admission) {
        guard !admission.isProven, case .success = admission.outcome, let source = admission.source, !source.openCredentials.isEmpty,
            warnings.allows(source.name, at: arrival.receivedAt)
        else { return }
        let names = source.openCredentials.joined(separator: ", ")
        logger.warning(
            "requests are accepted without \(names), which is deprecated; set it under 'credentials:' of the source",
            metadata: ["source": "\(source.name)"])
    }
}
