import Logging
import Mappings
import Rules

/// Messages that are no conversions: they are answered, and nothing of them is kept.
extension Intake {
    /// Counts a documented message and answers as its sender expects. Nothing is lost with a count, so a store that fails changes no answer.
    func ignore(_ reason: String, _ arrival: Arrival, _ admission: Admission) async -> ReceptionReply {
        let source = admission.source?.name ?? ""
        metrics.source(source).count(.ignored)
        if lines.count("ignored \(source)", at: arrival.receivedAt) != .isOver {
            logger.debug(
                "a message was ignored: \(reason.printable)", metadata: ["source": "\(source)", "request_id": "\(arrival.id)"])
        }
        do {
            try await store.count(IgnoredMessage(source: source, receivedAt: arrival.receivedAt))
        } catch {
            if warnings.allows("count-\(error.kind.rawValue)", at: arrival.receivedAt) {
                logger.warning(
                    "ignored messages could not be counted", metadata: ["kind": "\(error.kind.rawValue)", "error": "\(error)"])
            }
        }
        return reception.ignored(arrival, admission)
    }

    /// Anybody may send a handshake, so an address may not send too many.
    func answer(_ handshake: ReceptionReply, _ arrival: Arrival, _ mapping: Mapping) -> ReceptionReply {
        guard case .peer(_, let address?) = arrival.sender, let wait = handshakes.fail(address, at: clock.uptime()) else {
            logger.debug("a handshake was answered", metadata: ["tracker": "\(mapping.name)", "peer": "\(arrival.peer)"])
            return handshake
        }
        if warnings.allows("handshakes", at: arrival.receivedAt) {
            logger.warning(
                "an address sends handshakes too often; more of them are sent back", metadata: ["address": "\(address.subscriber)"])
        }
        let seconds = wait.wholeSeconds
        let sentence = "handshakes from this address came too often; try again in \(Duration.seconds(seconds).text)"
        return turnAway(Refusal(.rateLimited, sentence), arrival, mapping, retryAfter: seconds)
    }
}
