import Mappings

extension Reception {
    /// What a request's head says about its sender while the body is still under way.
    package enum HeadJudgement: Sendable, Equatable {
        /// Nothing answers at this path, or not in this method.
        case nowhere
        /// Whatever the body is: it proves no source, and no source takes it unproven.
        case stranger
        /// The body decides.
        case undecided
        /// The credentials in the head prove a source.
        case proven
    }

    /// Judges credentials in headers and query. `.stranger` and `.proven` are certain: `admit` comes to the same about the whole
    /// request.
    package func judgeHead(_ request: WireRequest) -> HeadJudgement {
        let matches = paths.matches(request.path).filter { $0.takes(request.method) }
        if matches.isEmpty { return .nowhere }
        let judgements = matches.map { HeadCredentials(of: request, $0).judgement }
        return judgements.contains(.proven) ? .proven : judgements.contains(.undecided) ? .undecided : .stranger
    }

    /// Whether the peer is a proxy whose connections are those of many senders.
    package func trusts(_ peer: IPAddress) -> Bool { trustedProxies.contains(peer) }
}

/// A request's credentials as far as its head shows them, for one of the trackers at its path.
private struct HeadCredentials {
    private enum Presented {
        case value(String)
        case missing
        /// The body may hold it, or it was sent twice.
        case open
    }

    private let request: WireRequest
    private let match: PathTable.Match
    private let parsed: ParsedRequest

    init(of request: WireRequest, _ match: PathTable.Match) {
        var request = request
        request.body = []
        self.request = request
        self.match = match
        parsed = match.mapping.parseCredentials(request, pathValues: match.pathValues)
    }

    var judgement: Reception.HeadJudgement {
        let mapping = match.tracker.mapping
        let presented = mapping.credentials.map { $0.signsOnly ? Presented.missing : self.presented($0.places, $0) }
        let signature = mapping.signature.map { self.presented($0.places, nil) } ?? .missing
        var best = Reception.HeadJudgement.stranger
        for source in match.sources {
            switch judgement(source, presented, signature) {
            case .proven: return .proven
            case .undecided: best = .undecided
            case .stranger, .nowhere: break
            }
        }
        return best
    }

    private func judgement(_ source: ReceivingSource, _ presented: [Presented], _ signature: Presented) -> Reception.HeadJudgement {
        var isCertain = source.openCredentials.isEmpty && !source.credentials.isEmpty
        for (index, secret) in source.credentials {
            switch presented[index] {
            case .value(let value): if value.isEmpty || secret.fit(Digest32(sha256: value)) == nil { return .stranger }
            case .missing: return .stranger
            case .open: isCertain = false
            }
        }
        if source.isSigned {
            isCertain = false
            switch signature {
            // What is signed is not here yet, but what is no signature is wrong in any case.
            case .value(let text): if match.tracker.mapping.signature?.isPlausible(text) != true { return .stranger }
            case .missing: return .stranger
            case .open: break
            }
        }
        return isCertain ? .proven : .undecided
    }

    /// At the first place that the request uses.
    private func presented(_ places: [CredentialPlan.Place], _ plan: CredentialPlan?) -> Presented {
        for place in places {
            if case .body = place {
                if readsBody { return .open }
            } else if let value = parsed.value(at: place) {
                if case .query(let name) = place, isRepeated(name) { return .open }
                return .value(plan?.presented(in: parsed) ?? value)
            }
        }
        return .missing
    }

    private var readsBody: Bool {
        match.mapping.request.readsBody(request.method) || match.tracker.mapping.request.readsBody(request.method)
    }

    /// Which of several values counts depends on whether the rest of the request can be read.
    private func isRepeated(_ name: String) -> Bool {
        Parameters(decoding: request.query).pairs.count { $0.name == name } > 1
    }
}
