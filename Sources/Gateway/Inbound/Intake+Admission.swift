import Mappings

/// Who sent a request, and whether it may go on.
struct Admission {
    var match: InboundRoutes.Match
    /// Nil for a stranger.
    var source: InboundSource?
    /// False where the operator switched the check off: then anybody may have sent it.
    var isProven = false
    var secret = SecretUse.first
    var outcome: Result<ParsedRequest, Refusal>
}

extension Intake {
    /// Credentials are judged before a body is complained about, and addresses after both, so that strangers learn nothing.
    func admit(
        _ call: InboundCall, _ matches: [InboundRoutes.Match], _ first: InboundRoutes.Match, fault: Refusal?
    ) -> Admission {
        let best = admit(call, first, fault: fault)
        if best.isProven || matches.count == 1 { return best }
        var open = best.source == nil ? nil : best
        for match in matches where match.tracker !== first.tracker && match.takes(call.request.method) {
            let other = admit(call, match, fault: fault)
            if other.isProven { return other }
            if open == nil, other.source != nil { open = other }
        }
        return open ?? best
    }

    private func admit(_ call: InboundCall, _ match: InboundRoutes.Match, fault: Refusal?) -> Admission {
        let mapping = match.mapping
        var problem = fault ?? encodingProblem(call.request)
        var parsed: ParsedRequest?
        if problem == nil {
            do {
                parsed = try mapping.parse(call.request, pathValues: match.pathValues)
            } catch {
                problem = error
            }
        }
        let readable = parsed ?? mapping.parseCredentials(call.request, pathValues: match.pathValues)
        let outcome: Result<ParsedRequest, Refusal> = problem.map { .failure($0) } ?? .success(readable)
        switch Authentication.judge(readable, for: match.tracker, among: match.sources, isBodyUnread: problem != nil) {
        case .proven(let claims): return admit(call, match, claims, isProven: true, outcome)
        case .open(let claims): return admit(call, match, claims, isProven: false, outcome)
        case .unreadable: return Admission(match: match, outcome: outcome)
        case .unproven(let reason):
            // Size is settled before anything else is looked at.
            if let fault, fault.code == .tooLarge { return Admission(match: match, outcome: .failure(fault)) }
            return Admission(match: match, outcome: .failure(Refusal(.unauthorized, reason)))
        }
    }

    /// Among sources that share their secrets the first that lets the address in.
    private func admit(
        _ call: InboundCall, _ match: InboundRoutes.Match, _ claims: [Authentication.Claim], isProven: Bool,
        _ outcome: Result<ParsedRequest, Refusal>
    ) -> Admission {
        if let claim = claims.first(where: { $0.source.admits(call.address.value) }) {
            return Admission(match: match, source: claim.source, isProven: isProven, secret: claim.secret, outcome: outcome)
        }
        let refusal = Refusal(.forbidden, "requests from \(call.address.text) are not allowed; add the address to 'allow_ips'")
        return Admission(match: match, source: claims.first?.source, isProven: isProven, outcome: .failure(refusal))
    }

    private func encodingProblem(_ request: WireRequest) -> Refusal? {
        let encoding = request.header("Content-Encoding") ?? ""
        if encoding.isEmpty || encoding.isEqualIgnoringCase("identity") { return nil }
        return Refusal(.unsupportedMediaType, "Content-Encoding \(encoding.quotedBriefly) is not read here; send the body as it is")
    }
}
