import Mappings

/// A source made ready for requests: its reader compiled, its credentials hashed.
package final class ReceivingSource: Sendable {
    package let name: String
    package let reader: MappingReader
    /// The credentials that a request must present, by their place in the mapping's list.
    package let credentials: [(index: Int, secret: ActiveSecret)]
    /// What `null` in the configuration switched off.
    package let openCredentials: [String]
    let takesAnyCredential: Bool
    package let signer: ActiveSigner?
    /// The secrets that its sender knows, and so may see in what he sent.
    private let secrets: [String]
    /// Nil if the source has no limit.
    package let rates: SenderRates?
    /// Whether a rotation is under way: a second secret counts too.
    package let isRotating: Bool
    package let review: ReviewPlan?
    package let freshness: Freshness?
    package let orders: OrderRule
    /// Of the other sources that share orders with this one.
    package let sharedOrders: [OrderRule]
    package let repeats: RepeatPolicy
    /// By the index of the mapping's other kinds of message.
    package let messageReaders: [MappingReader?]
    package let takesCorrections: Bool
    package let rule: CorrectionRule
    /// How many of its corrections may wait for their conversions.
    package let waiting: WaitingLimits
    package let allowIPs: [IPNetwork]
    /// The name that senders give in a header, if it is not the source's own.
    package let givenName: String?
    /// What conditions on its settings look at; empty if the mapping has none.
    let settingValues: [Value]
    /// The variable path segments that the source has bound.
    private let pathValues: [String: String]

    /// - Parameters:
    ///   - sharing: other sources whose conversions count as its own.
    ///   - routes: decide which destinations get corrections.
    package init(
        _ configuration: SourceConfiguration, sharing: [SourceConfiguration] = [], routes: [Route], waiting: WaitingLimits = WaitingLimits()
    ) {
        self.waiting = waiting
        let mapping = configuration.mapping
        let settings = configuration.settings
        name = configuration.name
        reader = configuration.reader
        credentials = mapping.credentials.enumerated().compactMap { index, plan in
            guard !plan.signsOnly, let secret = configuration.credentials[plan.name] else { return nil }
            let second = configuration.retiringCredentials[plan.name].map { Digest32(sha256: $0) }
            return (index, ActiveSecret(first: Digest32(sha256: secret), second: second))
        }
        takesAnyCredential = configuration.takesAnyCredential
        openCredentials = mapping.credentials.map(\.name).filter { configuration.credentials[$0] == nil }
        signer = mapping.signature.flatMap { plan in
            configuration.credentials[plan.credential].map { secret in
                let forms = (plan.setting.flatMap { mapping.setting($0, settings) }?.texts ?? []).compactMap(SignedForm.named)
                let second = configuration.retiringCredentials[plan.credential].map { Signer(plan, secret: $0, forms: forms) }
                return ActiveSigner(first: Signer(plan, secret: secret, forms: forms), second: second)
            }
        }
        secrets = configuration.provingSecrets
        rates = configuration.rates
        isRotating = !configuration.retiringCredentials.isEmpty
        review = configuration.review
        freshness = configuration.freshness ?? mapping.signature?.tolerance.map { Freshness(tolerance: $0) }
        orders = OrderRule(configuration)
        sharedOrders = sharing.map { OrderRule($0) }
        messageReaders = mapping.messages.map { message in
            message.inbound.map {
                MappingReader(
                    $0, settings: settings, defaults: configuration.defaults, exponents: configuration.exponents,
                    surplus: configuration.surplus)
            }
        }
        takesCorrections = mapping.updates.contains { $0.inbound != nil }
        repeats = orders.repeats
        rule = CorrectionRule(adding: repeats == .add, routes: routes)
        allowIPs = configuration.allowIPs
        givenName = mapping.request.sourceName?.setting.flatMap { settings[$0]?.texts.first }
        var bound: [String: String] = [:]
        for plan in [mapping.request.path, mapping.list?.path].compactMap(\.self)
            + mapping.messages.compactMap({ $0.inbound?.request.path })
        {
            for case .setting(let name) in plan.segments { bound[name] = settings[name]?.texts.first }
        }
        pathValues = bound
        settingValues = mapping.kindsDependOnSettings ? mapping.settingValues(settings) : []
    }

    /// A source that binds a path segment takes no other value there; one that does not takes any.
    package func answers(_ values: [String: String]) -> Bool {
        values.isEmpty || pathValues.isEmpty || values.allSatisfy { name, value in pathValues[name].map { $0 == value } ?? true }
    }

    /// How its requests are signed, if a signature proves them.
    var signature: SignaturePlan? { signer == nil ? nil : reader.mapping.signature }

    /// A request's signature in the one spelling that is remembered; nil if it has none.
    func signatureText(of parsed: ParsedRequest) -> String? {
        guard let signer, let plan = signature else { return nil }
        guard plan.isNotated else { return plan.presented(in: parsed) }
        // Whoever recorded the request may put other signatures beside the right one.
        let received = ReceivedSignature(of: parsed, by: plan)
        received.search(signer.signers)
        return signer.signers.lazy.compactMap { received.proof(by: $0) }.first
    }

    /// `offer 'a' only, and offer 'b' was asked for`: how the values of a path differ from those that the source has bound; nil if none does.
    func difference(from values: [String: String]) -> String? {
        let parts = pathValues.sorted { $0.key < $1.key }.compactMap { name, own in
            values[name].flatMap { $0 == own ? nil : (own: "\(name) \(own.quotedBriefly)", asked: "\(name) \($0.quotedBriefly)") }
        }
        if parts.isEmpty { return nil }
        let (own, asked) = (parts.map(\.own).joined(separator: " and "), parts.map(\.asked).joined(separator: " and "))
        return "\(own) only, and \(asked) was asked for"
    }

    /// Whether a signature proves its requests. Then nothing that is not signed decides what a request means.
    package var isSigned: Bool { signer != nil }

    /// Finds its own secrets only. Made when it is needed, which is hardly ever.
    var secretFinder: SecretFinder { SecretFinder(secrets, minimumLength: Reception.shortestHidden) }

    package func isNamed(_ text: String) -> Bool { text == name || text == givenName }

    package func admits(_ address: IPAddress?) -> Bool {
        if allowIPs.isEmpty { return true }
        return address.map { allowIPs.contains($0) } ?? false
    }
}
