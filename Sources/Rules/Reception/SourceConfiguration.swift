import Mappings

/// Someone who reports conversions, in the dialect of one tracker.
package struct SourceConfiguration: Sendable {
    package var name: String
    package var mapping: Mapping
    /// By the mapping's credential names; a credential that the file sets to `null` is missing here and named in `openCredentials`.
    package var credentials: [String: String]
    /// Credentials that the operator switched off with `null`: anyone may send, each request is logged as deprecated.
    package var openCredentials: Set<String>
    /// The sandbox only: whatever is sent for an open credential is taken. In a file `null` takes requests without one.
    package var takesAnyCredential = false
    package var settings: [String: SettingValue]
    package var defaults: [(path: FieldPath, value: Value)]
    /// Empty lets every address in.
    package var allowIPs: [IPNetwork]
    /// The source's own rule instead of the tracker's.
    package var duplicates: DuplicateRule?
    /// The source's own policy instead of the tracker's.
    package var repeats: RepeatPolicy?
    package var exponents: CurrencyExponents
    /// The second secret of those credentials that have two during a rotation. Requests that we sign ourselves carry the first.
    package var retiringCredentials: [String: String] = [:]
    /// Nil is without a limit.
    package var rates: SenderRates?
    package var review: ReviewPlan?
    package var freshness: Freshness?
    /// Other sources whose conversions count as this one's own.
    package var sharesOrdersWith: [String] = []
    /// What becomes of decimals that a currency does not have; nil keeps them.
    package var surplus: SurplusRule?

    package init(
        name: String, mapping: Mapping, credentials: [String: String], openCredentials: Set<String>, settings: [String: SettingValue],
        defaults: [(path: FieldPath, value: Value)], allowIPs: [IPNetwork], duplicates: DuplicateRule? = nil, repeats: RepeatPolicy? = nil,
        exponents: CurrencyExponents, retiringCredentials: [String: String] = [:], rates: SenderRates? = nil, review: ReviewPlan? = nil,
        freshness: Freshness? = nil
    ) {
        self.name = name
        self.mapping = mapping
        self.credentials = credentials
        self.openCredentials = openCredentials
        self.settings = settings
        self.defaults = defaults
        self.allowIPs = allowIPs
        self.duplicates = duplicates
        self.repeats = repeats
        self.exponents = exponents
        self.retiringCredentials = retiringCredentials
        self.rates = rates
        self.review = review
        self.freshness = freshness
    }

    /// To be kept out of logs and of what is shown.
    package var secrets: [String] {
        Array(credentials.values) + Array(retiringCredentials.values) + (mapping.basicCredentials(credentials).map { [$0.token] } ?? [])
    }

    /// Without keys that say who sends and prove nothing.
    package var provingSecrets: [String] {
        let names = mapping.credentials.filter(\.identifies).map(\.name)
        return [credentials, retiringCredentials].flatMap { $0.filter { !names.contains($0.key) }.map(\.value) }
    }

    package var reader: MappingReader {
        MappingReader(mapping, settings: settings, defaults: defaults, exponents: exponents, surplus: surplus)
    }
}

extension SourceConfiguration {
    /// The secrets that a credential's check takes.
    private func active(_ name: String) -> Set<String> { Set([credentials[name], retiringCredentials[name]].compactMap(\.self)) }

    /// Whether a request to the tracker's own path could come from either: nothing that it must have distinguishes them.
    package func isTwin(of other: Self) -> Bool {
        guard mapping.name == other.mapping.name, openCredentials == other.openCredentials else { return false }
        // A secret that both know, even if it is about to end at one of them.
        guard credentials.keys == other.credentials.keys,
            credentials.keys.allSatisfy({ !active($0).isDisjoint(with: other.active($0)) })
        else { return false }
        // A flag, a list or a word of a closed list says how a request is read, not who sent it.
        return mapping.settings.allSatisfy { plan in
            plan.kind != .text || !plan.values.isEmpty || plan.name == mapping.request.sourceName?.setting
                || mapping.setting(plan.name, settings) == other.mapping.setting(plan.name, other.settings)
        }
    }

    /// The header in which a sender says which of two twins it is; nil if there is none, or if both go by one name.
    package func distinguishingHeader(from other: Self) -> String? {
        guard let plan = mapping.request.sourceName, let setting = plan.setting else { return nil }
        return mapping.setting(setting, settings) == other.mapping.setting(setting, other.settings) ? nil : plan.header
    }
}
