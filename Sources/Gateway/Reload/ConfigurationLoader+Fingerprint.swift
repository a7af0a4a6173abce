import Mappings
import Rules

extension ConfigurationLoader {
    /// - Parameters:
    ///   - root: with the variables put in.
    ///   - sources: with their lists read.
    func fingerprint(of root: YAMLNode, sources: [SourceConfiguration]) -> ConfigurationFingerprint {
        var fingerprint = ConfigurationFingerprint()
        for (key, value) in root.entries ?? [] {
            if let name = key.scalar, ["sources", "destinations", "routes"].contains(name) { fingerprint.lastList = name }
            switch key.scalar {
            case "sources":
                for (name, node) in named(value) {
                    let review = sources.first { $0.name == name }?.review
                    fingerprint.sources[name] = self.fingerprint(of: node, review?.disposableDomains.hashValue, review?.clicks.hashValue)
                }
            case "destinations": for (name, node) in named(value) { fingerprint.destinations[name] = self.fingerprint(of: node) }
            case "routes": fingerprint.routes = (value.elements ?? []).map(\.fingerprint)
            case "limits", "console":
                let key = key.scalar ?? ""
                for (name, node) in named(value) { fingerprint.keys["\(key).\(name)"] = node.fingerprint }
            case "tls":
                var hasher = Hasher()
                value.combine(into: &hasher)
                hasher.combine(certificateTexts)
                fingerprint.keys["tls"] = hasher.finalize()
            // Counts for those who use the mappings.
            case "mappings", nil: break
            case let name?: fingerprint.keys[name] = value.fingerprint
            }
        }
        return fingerprint
    }

    private func named(_ map: YAMLNode) -> [(name: String, node: YAMLNode)] {
        (map.entries ?? []).compactMap { key, value in key.scalar.map { ($0, value) } }
    }

    /// Of a source or a destination, with its tracker's mapping and the lists that it names.
    private func fingerprint(of node: YAMLNode, _ lists: Int?...) -> Int {
        var hasher = Hasher()
        node.combine(into: &hasher)
        hasher.combine(node["tracker"]?.scalar.flatMap { mappingFingerprints[$0] })
        hasher.combine(lists)
        return hasher.finalize()
    }
}
