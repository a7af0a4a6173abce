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
    var exponents: CurrencyExponents

    var reader: MappingReader { MappingReader(mapping, settings: settings, defaults: defaults, exponents: exponents) }
}
