import Mappings
import Rules

/// What a secret must look like for its place, and trackers that prove nothing.
extension ConfigurationLoader {
    /// The sentences never show the value.
    mutating func checkForm(
        _ found: Credentials, _ plan: CredentialPlan, at place: SourceLocation, of entry: ConfigurationEntry, _ mapping: Mapping
    ) {
        let subject = "credential '\(plan.name)' of \(entry.subject)"
        for value in [found.values[plan.name], found.retiring[plan.name]].compactMap(\.self) {
            if let signature = mapping.signature, signature.credential == plan.name, signature.keyKind.key(of: value) == nil {
                diagnostics.error(at: place, "\(subject) is the key of a signature and must be \(signature.keyKind.words)")
            }
            if plan.places.contains(.basicUser), value.contains(":") {
                diagnostics.error(at: place, "\(subject) is a user's name, which cannot hold ':'; the part behind it is the password")
            }
            let isInPath = plan.places.contains { if case .path = $0 { true } else { false } }
            if isInPath, value == "." || value == ".." || value.contains("/") {
                diagnostics.error(at: place, "\(subject) is a segment of a path, which cannot be '.' or '..' or hold '/'")
            }
        }
    }

    /// A tracker whose requests prove nothing is as open as one whose check is switched off.
    mutating func warnOfOpen(_ mapping: Mapping, at place: SourceLocation, of entry: ConfigurationEntry) {
        guard mapping.credentials.isEmpty else { return }
        let secret = mapping.settings.first { $0.sides.contains(.source) && Self.isSecret($0.name) }
        let why =
            secret.map {
                "tracker '\(mapping.name)' has its secret '\($0.name)' under 'settings', which prove nothing; it belongs under 'credentials' "
                    + "of the mapping"
            }
            ?? "tracker '\(mapping.name)' has no credential, so anyone could send in its name; set 'allow_ips', or give the mapping a credential"
        diagnostics.warning(at: place, "requests of \(entry.subject) are not checked: \(why)")
    }

    private static func isSecret(_ name: String) -> Bool {
        let words = name.lowercased().split { $0 == "_" || $0 == "-" || $0 == "." }
        return words.contains { ["secret", "token", "password", "key", "apikey"].contains($0) }
    }
}
