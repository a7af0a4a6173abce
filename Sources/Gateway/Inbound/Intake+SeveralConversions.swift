import Mappings
import Rules

/// Requests that hold several conversions, as some trackers take them.
extension Intake {
    /// Takes each conversion as if it had come alone, and answers all of them at once.
    ///
    /// A tracker that has no list of answers takes all of them or none.
    func respond(
        to arrival: Arrival, holding requests: [WireRequest], _ matches: [PathTable.Match], _ first: PathTable.Match
    ) async -> ReceptionReply {
        var parts: [Arrival] = []
        for request in requests {
            var part = arrival
            part.request = request
            part.count = requests.count
            if !parts.isEmpty { part.id = clock.id(at: arrival.receivedAt) }
            parts.append(part)
        }
        let admission = reception.admit(parts[0], matches, first)
        // Whoever may not send is told so once.
        if admission.source == nil { return await respond(to: arrival, admission) }
        if !first.mapping.answersEach {
            for part in parts {
                let own = reception.admit(part, matches, first)
                if case .refused = reception.judge(part, own) { return await respond(to: part, own) }
            }
        }
        var replies: [ReceptionReply] = []
        for part in parts { replies.append(await respond(to: part, reception.admit(part, matches, first))) }
        return ReceptionReply(first.mapping.reply(toEach: replies.map(\.wire)), headers: replies.first?.headers ?? [])
    }
}
