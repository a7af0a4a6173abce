import Mappings
import Rules

/// A source made ready for requests: its reader compiled, its credentials hashed.
final class InboundSource: Sendable {
    let name: String
    let reader: MappingReader
    /// The credentials that a request must present, by their place in the mapping's list.
    let credentials: [(index: Int, secret: ActiveSecret)]
    /// What `null` in the configuration switched off.
    let openCredentials: [String]
    let signer: ActiveSigner?
    /// Requests that only a secret on its way out proved; nil where there is none.
    let retiring: RetiringSecret?
    /// Nil where the source may send as much as it likes.
    let quota: SenderQuota?
    let review: ReviewPlan?
    let freshness: Freshness?
    let duplicates: DuplicateRule
    let repeats: RepeatPolicy
    /// By the index of the mapping's updates.
    let updateReaders: [MappingReader?]
    let rule: CorrectionRule
    let allowIPs: [IPNetwork]
    /// The name that senders give in a header, where it is not the source's own.
    let givenName: String?
    /// The variable path segments that the source has bound.
    private let pathValues: [String: String]

    /// - Parameters:
    ///   - routes: where corrections go.
    ///   - predecessor: the same source before its configuration was read again; what it has counted goes on.
    init(_ configuration: SourceConfiguration, routes: [Route], after predecessor: InboundSource? = nil) {
        let mapping = configuration.mapping
        let settings = configuration.settings
        name = configuration.name
        reader = configuration.reader
        credentials = mapping.credentials.enumerated().compactMap { index, plan in
            guard !plan.signsOnly, let secret = configuration.credentials[plan.name] else { return nil }
            let second = configuration.retiringCredentials[plan.name].map { Digest32(sha256: $0) }
            return (index, ActiveSecret(first: Digest32(sha256: secret), second: second))
        }
        openCredentials = mapping.credentials.map(\.name).filter { configuration.credentials[$0] == nil }
        signer = mapping.signature.flatMap { plan in
            configuration.credentials[plan.credential].map { secret in
                let forms = (plan.setting.flatMap { mapping.setting($0, settings) }?.texts ?? []).compactMap(SignedForm.named)
                let second = configuration.retiringCredentials[plan.credential].map { Signer(plan, secret: $0, forms: forms) }
                return ActiveSigner(first: Signer(plan, secret: secret, forms: forms), second: second)
            }
        }
        retiring = configuration.retiringCredentials.isEmpty ? nil : predecessor?.retiring ?? RetiringSecret()
        quota = configuration.rates.map { rates in predecessor?.quota.flatMap { $0.rates == rates ? $0 : nil } ?? SenderQuota(rates) }
        review = configuration.review
        freshness = configuration.freshness
        duplicates = configuration.duplicates ?? mapping.duplicates
        updateReaders = mapping.updates.map { update in
            update.inbound.map { MappingReader($0, settings: settings, exponents: configuration.exponents) }
        }
        repeats = configuration.repeats ?? mapping.repeats
        rule = CorrectionRule(adding: repeats == .add, routes: routes)
        allowIPs = configuration.allowIPs
        givenName = mapping.request.sourceName?.setting.flatMap { settings[$0]?.texts.first }
        var bound: [String: String] = [:]
        for plan in [mapping.request.path, mapping.list?.path].compactMap(\.self) + mapping.updates.compactMap({ $0.inbound?.request.path })
        {
            for case .setting(let name) in plan.segments { bound[name] = settings[name]?.texts.first }
        }
        pathValues = bound
    }

    /// A source that binds a path segment takes no other value there; one that does not takes any.
    func answers(_ values: [String: String]) -> Bool {
        values.isEmpty || pathValues.isEmpty || values.allSatisfy { name, value in pathValues[name].map { $0 == value } ?? true }
    }

    var takesCorrections: Bool { updateReaders.contains { $0 != nil } }

    func isNamed(_ text: String) -> Bool { text == name || text == givenName }

    func admits(_ address: IPAddress?) -> Bool {
        if allowIPs.isEmpty { return true }
        return address.map { allowIPs.contains($0) } ?? false
    }
}
