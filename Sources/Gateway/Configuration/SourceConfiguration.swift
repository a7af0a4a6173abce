import Mappings

/// Someone who reports conversions, in the dialect of one tracker.
struct SourceConfiguration: Sendable {
    var name: String
    var mapping: Mapping
    /// By the mapping's credential names; a credential that the file sets to `null` is missing here and named in `openCredentials`.
    var credentials: [String: String]
    /// Credentials that the operator switched off with `null`: anyone may send, each request is logged as deprecated.
    var openCredentials: Set<String>
    var settings: [String: SettingValue]
    var defaults: [(path: FieldPath, value: Value)]
    /// Empty lets every address in.
    var allowIPs: [IPNetwork]
    /// The source's own rule instead of the tracker's.
    var duplicates: DuplicateRule?
    /// The source's own policy instead of the tracker's.
    var repeats: RepeatPolicy?
    var exponents: CurrencyExponents

    /// To be kept out of logs and of what is shown.
    var secrets: [String] { Array(credentials.values) }

    /// Without keys that say who sends and prove nothing.
    var provingSecrets: [String] {
        let names = mapping.credentials.filter(\.identifies).map(\.name)
        return credentials.filter { !names.contains($0.key) }.map(\.value)
    }

    var reader: MappingReader { MappingReader(mapping, settings: settings, defaults: defaults, exponents: exponents) }
}

extension SourceConfiguration {
    /// Whether a request to the tracker's own path could come from either: nothing in it tells them apart.
    func isTwin(of other: Self) -> Bool {
        guard mapping.name == other.mapping.name, credentials == other.credentials else { return false }
        // A flag, a list or a word of a closed list says how a request is read, not who sent it.
        return mapping.settings.allSatisfy { plan in
            plan.kind != .text || !plan.values.isEmpty
                || mapping.setting(plan.name, settings) == other.mapping.setting(plan.name, other.settings)
        }
    }
}
