import Mappings

/// Who sent a request, as far as its credentials and its signature prove it.
package enum Authentication {
    /// The sources whose secrets the request knows, in the order of the file; more than one if they share them.
    case proven([Claim])
    /// Nothing was proven, since the operator switched the check off.
    case open([Claim])
    case unproven(reason: String)
    /// The proof would be in a body that cannot be read.
    case unreadable

    /// A source that a request may have come from.
    package struct Claim {
        package var source: ReceivingSource
        /// `.second` if the request needed one of the secrets that a rotation is about to end.
        package var secret: SecretUse

        package init(source: ReceivingSource, secret: SecretUse) {
            self.source = source
            self.secret = secret
        }
    }

    /// Judges every candidate in full, so that the time taken does not reveal which of them came close.
    ///
    /// - Parameter isBodyUnread: `parsed` holds only headers and query.
    package static func judge(
        _ parsed: ParsedRequest, for tracker: ReceivingTracker, among candidates: [ReceivingSource], isBodyUnread: Bool
    ) -> Authentication {
        let mapping = tracker.mapping
        let candidates = named(parsed, mapping, candidates)
        let presented = mapping.credentials.map { plan -> Digest32? in
            guard !plan.signsOnly, let value = parsed.value(atFirstOf: plan.places), !value.isEmpty else { return nil }
            return Digest32(sha256: value)
        }
        let received = mapping.signature.map { ReceivedSignature(of: parsed, by: $0) }
        var proven: [Claim] = []
        var open: [Claim] = []
        for source in candidates {
            var isRight = true
            var secret = SecretUse.first
            for (index, active) in source.credentials {
                let use = active.fit(presented[index])
                isRight = use != nil && isRight
                if use == .second { secret = .second }
            }
            if let signer = source.signer {
                let use = received.flatMap(signer.fit)
                isRight = use != nil && isRight
                if use == .second { secret = .second }
            }
            guard isRight else { continue }
            if source.openCredentials.isEmpty, mapping.signature != nil || !source.credentials.isEmpty {
                proven.append(Claim(source: source, secret: secret))
            } else {
                open.append(Claim(source: source, secret: secret))
            }
        }
        if !proven.isEmpty { return .proven(proven) }
        if !open.isEmpty { return .open(open) }
        var demanded = mapping.credentials.filter { !$0.signsOnly }.map { (name: $0.name, places: $0.places) }
        if let signature = mapping.signature { demanded.append((name: "signature", places: signature.places)) }
        let missing = demanded.filter { parsed.value(atFirstOf: $0.places)?.isEmpty ?? true }
        if isBodyUnread, mapping.request.readsBody(parsed.request.method) {
            let isHidden = missing.contains { plan in
                parsed.value(atFirstOf: plan.places) == nil && plan.places.contains { if case .body = $0 { true } else { false } }
            }
            if isHidden { return .unreadable }
        }
        if let first = missing.first {
            let places = first.places.map(\.phrase).joined(separator: " or ")
            return .unproven(reason: "no \(first.name) was sent; its place is \(places)")
        }
        let verb = demanded.count == 1 ? "fits" : "fit"
        return .unproven(reason: "the \(demanded.map(\.name).joined(separator: " and ")) sent \(verb) no source that is configured here")
    }

    /// The sources that the sender names in a header; all of them if it names none that is known.
    private static func named(_ parsed: ParsedRequest, _ mapping: Mapping, _ candidates: [ReceivingSource]) -> [ReceivingSource] {
        guard let plan = mapping.request.sourceName, let name = parsed.request.header(plan.header), !name.isEmpty else { return candidates }
        let named = candidates.filter { $0.isNamed(name) }
        return named.isEmpty ? candidates : named
    }
}

extension CredentialPlan.Place {
    fileprivate var phrase: String {
        switch self {
        case .header(let name): "the header \(name)"
        case .bearer: "the header Authorization as 'Bearer …'"
        case .query(let name): "the query as \(name)"
        case .body(let name): "the body as \(name)"
        }
    }
}
