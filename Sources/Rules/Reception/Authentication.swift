import Mappings

/// Who sent a request, as far as its credentials and its signature prove it.
package enum Authentication {
    /// The sources whose secrets the request knows, in the order of the file; more than one if they share them.
    case proven([Claim])
    /// Nothing was proven, since the operator switched the check off.
    case open([Claim])
    /// - Parameter note: For the operator alone.
    case unproven(reason: String, note: String? = nil)
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

    /// Judges every candidate in full, so that the time taken does not reveal which of them came close. If none of them fits, all other sources
    /// of the tracker are judged too, for nothing: a name that no source has takes as long as one whose secret is wrong.
    ///
    /// - Parameters:
    ///   - candidates: those that the path leaves; none if it names a source that does not exist.
    ///   - values: those of the path, by which sources may have been left out.
    ///   - isBodyUnread: `parsed` holds only headers and query.
    package static func judge(
        _ parsed: ParsedRequest, for tracker: ReceivingTracker, among candidates: [ReceivingSource], values: [String: String] = [:],
        isBodyUnread: Bool
    ) -> Authentication {
        let candidates = named(parsed, tracker.mapping, candidates)
        let proofs = Proofs(of: parsed, for: tracker)
        proofs.search(candidates)
        var proven: [Claim] = []
        var open: [Claim] = []
        var isBesideOpen = false
        for source in candidates {
            guard let secret = proofs.use(of: source) else { continue }
            if source.openCredentials.isEmpty, tracker.mapping.signature != nil || !source.credentials.isEmpty {
                proven.append(Claim(source: source, secret: secret))
            } else if !source.takesAnyCredential, proofs.areFilled(source.openCredentials, in: parsed) {
                isBesideOpen = true
            } else {
                open.append(Claim(source: source, secret: secret))
            }
        }
        if !proven.isEmpty { return .proven(proven) }
        if !open.isEmpty { return .open(open) }
        let others = tracker.sources.filter { source in !candidates.contains { $0 === source } }
        proofs.search(others)
        var note: String?
        for source in others where proofs.use(of: source) != nil {
            guard note == nil, source.openCredentials.isEmpty, let difference = source.difference(from: values) else { continue }
            note = "the secret is that of source '\(source.name)', which takes \(difference): correct the URL, or the source's 'settings'"
        }
        return proofs.failure(of: parsed, isBodyUnread: isBodyUnread, isBesideOpen: isBesideOpen, note)
    }

    /// Whether the request has anything at the place of one of the mapping's credentials.
    static func isAttempted(_ parsed: ParsedRequest, _ mapping: Mapping) -> Bool {
        let values =
            mapping.credentials.map { $0.presented(in: parsed) } + [mapping.signature.flatMap { parsed.value(atFirstOf: $0.places) }]
        return values.contains { !($0?.isEmpty ?? true) }
    }

    /// The sources that the sender names in a header; all of them if it names none that is known.
    private static func named(_ parsed: ParsedRequest, _ mapping: Mapping, _ candidates: [ReceivingSource]) -> [ReceivingSource] {
        guard let plan = mapping.request.sourceName, let name = parsed.request.header(plan.header), !name.isEmpty else { return candidates }
        let named = candidates.filter { $0.isNamed(name) }
        return named.isEmpty ? candidates : named
    }
}

/// What a request shows to prove who sent it.
private struct Proofs {
    private let tracker: ReceivingTracker
    /// By the mapping's list of credentials; nil if the request has none, or an empty one.
    private let presented: [Digest32?]
    private let signature: ReceivedSignature?

    init(of parsed: ParsedRequest, for tracker: ReceivingTracker) {
        self.tracker = tracker
        presented = tracker.mapping.credentials.map { plan in
            guard !plan.signsOnly, let value = plan.presented(in: parsed), !value.isEmpty else { return nil }
            return Digest32(sha256: value)
        }
        signature = tracker.mapping.signature.map { ReceivedSignature(of: parsed, by: $0) }
    }

    /// Compares the signature with the keys of all these sources, text by text: the likeliest text is the first for each of them.
    func search(_ sources: [ReceivingSource]) {
        guard let signature else { return }
        signature.search(sources.flatMap { $0.signer?.signers ?? [] })
    }

    /// Which of the source's secrets the request knows; nil if one that the source asks for is missing or wrong.
    func use(of source: ReceivingSource) -> SecretUse? {
        var isRight = true
        var secret = SecretUse.first
        func count(_ use: SecretUse?) {
            isRight = use != nil && isRight
            if use == .second { secret = .second }
        }
        for (index, active) in source.credentials { count(active.fit(presented[index])) }
        if let signer = source.signer { count(signature.flatMap(signer.fit)) }
        return isRight ? secret : nil
    }

    /// Whether a value is at the place of one of these credentials.
    func areFilled(_ names: [String], in parsed: ParsedRequest) -> Bool {
        tracker.mapping.credentials.indices.contains { index in
            guard names.contains(tracker.mapping.credentials[index].name) else { return false }
            return presented[index] != nil
                || tracker.mapping.credentials[index].signsOnly && tracker.mapping.signature?.presented(in: parsed) != nil
        }
    }

    /// - Parameter isBesideOpen: a source would have taken the request without the credential that it has.
    func failure(of parsed: ParsedRequest, isBodyUnread: Bool, isBesideOpen: Bool, _ note: String?) -> Authentication {
        var demanded = tracker.mapping.credentials.filter { !$0.signsOnly }.map { plan in
            (name: plan.name, places: plan.places, phrase: plan.phrase, value: plan.presented(in: parsed))
        }
        if let signature = tracker.mapping.signature {
            let phrase = signature.places.map(\.phrase).joined(separator: " or ")
            demanded.append(("signature", signature.places, phrase, parsed.value(atFirstOf: signature.places)))
        }
        let missing = demanded.filter { $0.value?.isEmpty ?? true }
        if isBodyUnread, tracker.mapping.request.readsBody(parsed.request.method) {
            let isHidden = missing.contains { plan in
                plan.value == nil && plan.places.contains { if case .body = $0 { true } else { false } }
            }
            if isHidden { return .unreadable }
        }
        if let first = missing.first {
            return .unproven(reason: "no \(first.name) was sent; its place is \(first.phrase)")
        }
        if let problem = signature?.problem { return .unproven(reason: problem) }
        let names = demanded.map(\.name).joined(separator: " and ")
        var reason = "the \(names) sent \(demanded.count == 1 ? "fits" : "fit") no source that is configured here"
        if let tried = signature?.tried { reason += "; tried \(tried)" }
        if isBesideOpen {
            reason +=
                "; a source with 'null' takes requests without one only: set the value that is sent under 'credentials:', or send none"
        }
        if let ambiguity = signature?.ambiguity {
            reason += "; parameters as they are do not count, since \(ambiguity) and other content would have the same text"
        }
        return .unproven(reason: reason, note: note)
    }
}
