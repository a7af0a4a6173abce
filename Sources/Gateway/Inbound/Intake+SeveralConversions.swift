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
        let admissions = parts.map { reception.admit($0, matches, first) }
        // A sender that may not send gets one refusal, not one for each part.
        if admissions[0].source == nil { return await respond(to: arrival, admissions[0]) }
        if !first.mapping.answersEach {
            for (part, admission) in zip(parts, admissions) {
                if case .refused = reception.judge(part, admission) { return await respond(to: part, admission) }
            }
        }
        var replies: [ReceptionReply] = []
        for (part, admission) in zip(parts, admissions) { replies.append(await respond(to: part, admission)) }
        return ReceptionReply(first.mapping.reply(toEach: replies.map(\.wire)), headers: replies.first?.headers ?? [])
    }
}
