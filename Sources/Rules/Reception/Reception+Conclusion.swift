import Mappings

/// How a request ends once the store has answered.
package enum Conclusion: Sendable {
    case reply(ReceptionReply)
    /// To be kept, and answered with the tracker's documented error.
    ///
    /// - Parameter retryAfter: in seconds, if the same request may come again.
    case refused(Refusal, retryAfter: Int64? = nil)
}

extension Refusal {
    /// - Parameters: in bytes.
    package static func tooLarge(_ count: Int, limit: Int) -> Refusal {
        Refusal(.tooLarge, "the body has \(count) bytes or more; \(limit) are allowed")
    }
}

extension Reception {
    /// What the sender gets for a conversion, in the tracker's words.
    package func conclude(_ acceptance: Acceptance, to conversion: Conversion, _ arrival: Arrival, _ admission: Admission) -> Conclusion {
        let match = admission.match
        switch acceptance {
        case .stored:
            return .reply(reply(accepted(conversion, match), to: conversion, about: arrival.id, arrival, match))
        case .secondTry(let first): return .reply(reply(accepted(conversion, match), to: conversion, about: first, arrival, match))
        case .duplicate(let first, _), .corrected(let first, _):
            return .reply(reply("duplicate", to: conversion, about: first, arrival, match))
        case .conflict:
            let signature = admission.source?.isSigned == true ? " or the request's signature" : ""
            return .refused(Refusal(.conflict, "\(keyNames(admission, conversion))\(signature) belongs to a conversion of another source"))
        case .refused(let failure): return .refused(Refusal([failure]))
        }
    }

    private func accepted(_ conversion: Conversion, _ match: PathTable.Match) -> String {
        match.tracker.answersReview && conversion.text(.status) == "pending_review" ? "review" : "accepted"
    }

    /// The same for a request that changes a conversion: `accepted` if it was applied or waits for its conversion, `duplicate` if it changes nothing.
    package func conclude(_ result: CorrectionResult, to message: Conversion, _ arrival: Arrival, _ admission: Admission) -> Conclusion {
        let match = admission.match
        switch result {
        case .applied(let root, _): return .reply(reply("accepted", to: message, about: root, arrival, match))
        case .waiting: return .reply(reply("accepted", to: message, about: arrival.id, arrival, match))
        case .unchanged(let root, _): return .reply(reply("duplicate", to: message, about: root, arrival, match))
        case .refused(let failure): return .refused(Refusal([failure]))
        case .notFound:
            let sentence = "no conversion with \(keyNames(admission, message)) was received here, and none can be waited for"
            return .refused(Refusal(.notFound, sentence))
        case .conflict: return .refused(Refusal(.conflict, "\(keyNames(admission, message)) belongs to a conversion of another source"))
        case .tooManyWait(let excess): return tooMany(excess, message, admission)
        }
    }

    /// The conversion that is waited for comes by itself, as a rule within minutes.
    private func tooMany(_ excess: WaitingLimits.Excess, _ message: Conversion, _ admission: Admission) -> Conclusion {
        let sentence =
            switch excess {
            case .ofKey(let most):
                "\(most) corrections wait for the conversion with \(keyNames(admission, message)), which was not received yet, "
                    + "and no more may wait; send the conversion first, then this correction again"
            case .ofSource(let most):
                "\(most) corrections of this source wait for conversions that were not received yet, and no more may wait; "
                    + "send the conversions first, then this correction again"
            }
        return .refused(Refusal(.rateLimited, sentence), retryAfter: 60)
    }

    /// The reply to a documented message that is no conversion.
    package func ignored(_ arrival: Arrival, _ admission: Admission) -> ReceptionReply {
        let match = admission.match
        let nothing = Conversion(
            id: arrival.id, source: admission.source?.name ?? "", tracker: match.mapping.name, receivedAt: arrival.receivedAt)
        return reply(Mapping.ignored, to: nothing, about: arrival.id, arrival, match)
    }

    /// The documented error.
    ///
    /// - Parameter retryAfter: in seconds, if the same request may come again.
    package func reply(_ refusal: Refusal, _ arrival: Arrival, _ mapping: Mapping, retryAfter: Int64? = nil) -> ReceptionReply {
        var variables = ReplyVariables()
        variables.refusal = refusal
        variables.retryAfter = retryAfter
        variables.requestID = arrival.id.description
        variables.now = arrival.receivedAt
        let nothing = Conversion(id: arrival.id, source: "", tracker: mapping.name, receivedAt: arrival.receivedAt)
        var reply = ReceptionReply(mapping.reply(refusal.code.rawValue, to: nothing, variables))
        if let retryAfter { reply.headers.append(("Retry-After", "\(retryAfter)")) }
        return reply
    }

    /// What is kept of a refused request; nil for a question for a list, which loses nothing.
    package func kept(_ refusal: Refusal, _ arrival: Arrival, _ admission: Admission, status: Int) -> RefusedRequest? {
        guard admission.match.endpoint != .list else { return nil }
        let tracker = admission.match.tracker
        return RefusedRequest(
            receivedAt: arrival.receivedAt, source: admission.provenSource?.name, tracker: tracker.mapping.name, status: status,
            code: refusal.code.rawValue, reason: tracker.mask.stored(reason: refusal.wholeReason),
            request: tracker.mask.stored(arrival.request, peer: arrival.peer), isCut: arrival.isCut)
    }

    /// The same of a request that reached no tracker: nothing answers at its path, or it is not HTTP.
    package func kept(
        unrouted request: WireRequest, peer: String, at time: Timestamp, status: Int, code: String, reason: String, isCut: Bool = false
    ) -> RefusedRequest {
        RefusedRequest(
            receivedAt: time, status: status, code: code, reason: unroutedMask.stored(reason: reason),
            request: unroutedMask.stored(request, peer: peer), isCut: isCut)
    }

    private func reply(
        _ name: String, to conversion: Conversion, about id: ConversionID, _ arrival: Arrival, _ match: PathTable.Match
    ) -> ReceptionReply {
        var variables = ReplyVariables()
        variables.id = id.description
        variables.requestID = variables.id
        variables.now = arrival.receivedAt
        variables.count = arrival.count
        return ReceptionReply(match.reply(name, to: conversion, variables))
    }

    /// The parameters of a conversion's key, with their values.
    private func keyNames(_ admission: Admission, _ conversion: Conversion) -> String {
        guard let source = admission.source, let (_, alternative) = source.orders.key(of: conversion) else {
            return conversion.text(.orderID).map { "order_id \($0.quotedBriefly)" } ?? "this conversion"
        }
        return alternative.parts.map { part in
            let name = source.reader.mapping.fields.first { $0.target == .path(part.path) }?.name ?? part.path.description
            return "\(name) \(conversion[part.path].description.quotedBriefly)"
        }.joined(separator: ", ")
    }
}
