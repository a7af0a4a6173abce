import Mappings

/// A source made ready for requests: its reader compiled, its credentials hashed.
final class InboundSource: Sendable {
    let name: String
    let reader: MappingReader
    /// The credentials that a request must present, by their place in the mapping's list.
    let credentials: [(index: Int, digest: Digest32)]
    /// What `null` in the configuration switched off.
    let openCredentials: [String]
    let signer: Signer?
    let duplicates: DuplicateRule
    let repeats: RepeatPolicy
    let rule: CorrectionRule
    let allowIPs: [IPNetwork]
    /// The name that senders give in a header, where it is not the source's own.
    let givenName: String?
    /// The variable path segments that the source has bound.
    private let pathValues: [String: String]

    /// - Parameter routes: where corrections go.
    init(_ configuration: SourceConfiguration, routes: [Route]) {
        let mapping = configuration.mapping
        let settings = configuration.settings
        name = configuration.name
        reader = configuration.reader
        credentials = mapping.credentials.enumerated().compactMap { index, plan in
            guard !plan.signsOnly, let secret = configuration.credentials[plan.name] else { return nil }
            return (index, Digest32(sha256: secret))
        }
        openCredentials = mapping.credentials.map(\.name).filter { configuration.credentials[$0] == nil }
        signer = mapping.signature.flatMap { plan in
            configuration.credentials[plan.credential].map { secret in
                let forms = plan.setting.flatMap { mapping.setting($0, settings) }?.texts ?? []
                return Signer(plan, secret: secret, forms: forms.compactMap(SignaturePlan.Form.init))
            }
        }
        duplicates = configuration.duplicates ?? mapping.duplicates
        repeats = configuration.repeats ?? mapping.repeats
        rule = CorrectionRule(adding: repeats == .add, routes: routes)
        allowIPs = configuration.allowIPs
        givenName = mapping.request.sourceName?.setting.flatMap { settings[$0]?.texts.first }
        var bound: [String: String] = [:]
        for plan in [mapping.request.path, mapping.list?.path].compactMap(\.self) {
            for case .setting(let name) in plan.segments { bound[name] = settings[name]?.texts.first }
        }
        pathValues = bound
    }

    /// A source that binds a path segment takes no other value there; one that does not takes any.
    func answers(_ values: [String: String]) -> Bool {
        values.isEmpty || pathValues.isEmpty || values.allSatisfy { name, value in pathValues[name].map { $0 == value } ?? true }
    }

    func isNamed(_ text: String) -> Bool { text == name || text == givenName }

    func admits(_ address: IPAddress?) -> Bool {
        if allowIPs.isEmpty { return true }
        return address.map { allowIPs.contains($0) } ?? false
    }
}
