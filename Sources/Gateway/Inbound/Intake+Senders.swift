import Logging
import Mappings
import Rules

extension Intake {
    /// Counts a request of a known source. Nil if it may go on, else the tracker's own words for "too many".
    func count(_ arrival: Arrival, _ admission: Admission) async -> ReceptionReply? {
        guard let source = admission.source else { return nil }
        if admission.secret == .second { noteSecondSecret(source, arrival) }
        if admission.countsForRates, let reply = await tooMany(arrival, admission, source) { return reply }
        if case .success = admission.outcome, !admission.isProven { warnOfOpenDoor(source, arrival) }
        return nil
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

    /// Says, once a minute at most, that a rotation cannot be ended yet.
    private func noteSecondSecret(_ source: ReceivingSource, _ arrival: Arrival) {
        logger.debug("a request was proven by the second secret", metadata: ["source": "\(source.name)", "request_id": "\(arrival.id)"])
        guard source.isRotating, let count = senders[source.name]?.usedSecondSecret(at: arrival.receivedAt) else { return }
        logger.info(
            "the second secret of a source is still in use; take it away when this line stays out",
            metadata: ["source": "\(source.name)", "requests": "\(count)"])
    }

    private func warnOfOpenDoor(_ source: ReceivingSource, _ arrival: Arrival) {
        guard !source.openCredentials.isEmpty, warnings.allows(source.name, at: arrival.receivedAt) else { return }
        let names = source.openCredentials.joined(separator: ", ")
        logger.warning(
            "requests are accepted without \(names), which is deprecated; set it under 'credentials:' of the source",
            metadata: ["source": "\(source.name)"])
    }
}
