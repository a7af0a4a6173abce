import Mappings
import Rules

/// Where a destination's access token is fetched, if its tracker wants one.
extension ConfigurationLoader {
    /// - Parameters:
    ///   - node: the destination's own `token_url`.
    ///   - place: of the tracker's name.
    mutating func checkToken(
        _ request: TokenRequest?, _ node: YAMLNode?, at place: SourceLocation, of entry: ConfigurationEntry, _ mapping: Mapping,
        _ networks: [IPNetwork]
    ) {
        guard mapping.needsToken else {
            if let node {
                diagnostics.error(
                    at: node.location, "'token_url' goes with a tracker that wants an access token, and '\(mapping.name)' wants none")
            }
            return
        }
        guard let request else {
            // A setting that the address lacks is reported where the settings are read.
            guard mapping.tokenSettings.isEmpty else { return }
            return diagnostics.error(
                at: place, "\(entry.subject) needs 'token_url', where its access token is fetched; the mapping names no address")
        }
        let location = node?.location ?? place
        do throws(TrackerURL.Failure) {
            try TrackerURL.check(request.url, key: "token_url")
        } catch {
            return diagnostics.error(at: location, error.message)
        }
        if request.url.hasPrefix("http://"), !isAllowed(request.url, networks) {
            return diagnostics.error(
                at: location,
                "'token_url' of \(entry.subject) begins with https://, since the request carries its secrets; http:// is for an address or localhost in 'allow_networks'"
            )
        }
        checkWayOut(YAMLNode(.scalar(request.url, isPlain: true), at: location), of: entry, allowed: networks, nil)
    }

    /// Whether the host is one that the operator allowed by its address.
    private func isAllowed(_ url: String, _ networks: [IPNetwork]) -> Bool {
        guard let host = Origin(of: url)?.host else { return false }
        let isLocal = host == "localhost" || host.hasSuffix(".localhost")
        guard let address = AddressPolicy.Address(literal: isLocal ? "127.0.0.1" : host) else { return false }
        switch address {
        case .v4(let bits): return networks.contains(IPAddress(family: .v4, bits: UInt128(bits)))
        case .v6(let bits): return networks.contains(IPAddress(family: .v6, bits: bits))
        }
    }
}
