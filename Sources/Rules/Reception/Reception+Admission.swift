import Mappings

/// Whose request it is, and whether it may go on.
package struct Admission: Sendable {
    package var match: PathTable.Match
    /// Nil for a stranger.
    package var source: ReceivingSource?
    /// False if the operator switched the check off: then anybody may have sent it.
    package var isProven = false
    package var secret = SecretUse.first
    /// Whether the request has a credential that fits nobody.
    var isWrong = false
    package var outcome: Result<ParsedRequest, Refusal>

    /// The source, if its secret was known; what strangers send is kept apart.
    package var provenSource: ReceivingSource? { isProven ? source : nil }

    /// Whether the request counts against its source's rates.
    package var countsForRates: Bool {
        if case .failure(let refusal) = outcome, refusal.code == .forbidden { return false }
        return source?.rates != nil
    }
}

extension PathTable.Match {
    /// Whether the same sources are asked.
    fileprivate func isTried(with other: Self) -> Bool {
        tracker === other.tracker && (endpoint == other.endpoint || sources.contains { source in other.sources.contains { $0 === source } })
    }
}

extension Reception {
    /// Judges the credentials before it complains about a body, and the address after both, so that strangers learn nothing.
    ///
    /// - Parameters:
    ///   - matches: what `find` found.
    ///   - fault: why the body could not be taken in, such as its size; the request is then without it.
    package func admit(_ arrival: Arrival, _ matches: [PathTable.Match], _ first: PathTable.Match, fault: Refusal? = nil) -> Admission {
        let best = admit(arrival, first, fault)
        if best.isProven || matches.count == 1 { return best }
        var open = best.source == nil ? nil : best
        var wrong = best.isWrong ? best : nil
        for match in matches where !match.isTried(with: first) && match.takes(arrival.request.method) {
            let other = admit(arrival, match, fault)
            if other.isProven { return other }
            if open == nil, other.source != nil { open = other }
            if wrong == nil, other.isWrong { wrong = other }
        }
        // A source that asks for nothing takes only requests that show nothing.
        return wrong ?? open ?? best
    }

    private func admit(_ arrival: Arrival, _ match: PathTable.Match, _ fault: Refusal?) -> Admission {
        if let problem = fault ?? encodingProblem(arrival.request) { return admit(arrival, match, unread: problem, fault) }
        do {
            let parsed = try match.parse(arrival.request)
            return admit(arrival, match, parsed, .success(parsed), fault)
        } catch {
            return admit(arrival, match, unread: error, fault)
        }
    }

    /// A request that cannot be read, by the credentials that can.
    private func admit(_ arrival: Arrival, _ match: PathTable.Match, unread problem: Refusal, _ fault: Refusal?) -> Admission {
        let readable = match.mapping.parseCredentials(arrival.request, pathValues: match.pathValues)
        return admit(arrival, match, readable, .failure(problem), fault)
    }

    private func admit(
        _ arrival: Arrival, _ match: PathTable.Match, _ readable: ParsedRequest, _ outcome: Result<ParsedRequest, Refusal>,
        _ fault: Refusal?
    ) -> Admission {
        let isBodyUnread = if case .failure = outcome { true } else { false }
        // Its credentials are gone, and an operator decides instead.
        if case .named = arrival.sender { return Admission(match: match, source: match.sources.first, isProven: true, outcome: outcome) }
        switch Authentication.judge(
            readable, for: match.tracker, among: match.sources, values: match.pathValues, isBodyUnread: isBodyUnread)
        {
        case .proven(let claims): return admit(arrival, match, claims, isProven: true, outcome)
        case .open(let claims): return admit(arrival, match, claims, isProven: false, outcome)
        case .unreadable: return Admission(match: match, outcome: outcome)
        case .unproven(let reason, let note):
            // Size is settled before anything else is looked at.
            if let fault, fault.code == .tooLarge { return Admission(match: match, outcome: .failure(fault)) }
            let isWrong = Authentication.isAttempted(readable, match.tracker.mapping)
            var refusal = Refusal(.unauthorized, reason)
            refusal.note = note
            return Admission(match: match, isWrong: isWrong, outcome: .failure(refusal))
        }
    }

    /// Among sources that share their secrets the first that lets the address in.
    private func admit(
        _ arrival: Arrival, _ match: PathTable.Match, _ claims: [Authentication.Claim], isProven: Bool,
        _ outcome: Result<ParsedRequest, Refusal>
    ) -> Admission {
        guard case .peer(let text, let address) = arrival.sender else {
            let claim = claims.first
            return Admission(
                match: match, source: claim?.source, isProven: isProven, secret: claim?.secret ?? .first, outcome: outcome)
        }
        if let claim = claims.first(where: { $0.source.admits(address) }) {
            return Admission(match: match, source: claim.source, isProven: isProven, secret: claim.secret, outcome: outcome)
        }
        let refusal = Refusal(.forbidden, "requests from \(text) are not allowed; add the address to 'allow_ips'")
        return Admission(match: match, source: claims.first?.source, isProven: isProven, outcome: .failure(refusal))
    }

    private func encodingProblem(_ request: WireRequest) -> Refusal? {
        let encoding = request.header("Content-Encoding") ?? ""
        if encoding.isEmpty || encoding.isEqualIgnoringCase("identity") { return nil }
        return Refusal(.unsupportedMediaType, "Content-Encoding \(encoding.quotedBriefly) is not read here; send the body as it is")
    }
}
