import Mappings
import NIOSSL
import Rules

/// Which addresses a destination may have, and whose certificates it may show.
extension ConfigurationLoader {
    /// Networks that are allowed beside the public internet; each start warns of them.
    mutating func allowedNetworks(_ map: inout YAMLFields, of entry: ConfigurationEntry) -> [IPNetwork] {
        guard let node = map.take("allow_networks") else { return [] }
        if node.elements?.isEmpty == true {
            diagnostics.error(at: node.location, "'allow_networks' is empty, which allows nothing; write networks or leave it out")
        }
        var networks: [IPNetwork] = []
        for (text, place) in node.texts("allow_networks", &diagnostics) {
            do throws(IPNetwork.Failure) {
                let network = try IPNetwork(parsing: text)
                networks.append(network)
                let kinds = SpecialNetwork.kinds(in: network)
                diagnostics.warning(
                    at: place,
                    kinds.isEmpty
                        ? "\(network) in 'allow_networks' of \(entry.subject) is public, which is allowed anyway; leave it out"
                        : "\(entry.subject) may be in \(network), which is \(kinds.joined(separator: ", "))")
            } catch {
                diagnostics.error(at: place, error.message)
            }
        }
        return networks
    }

    /// The certificates of a PEM file, each as DER; a relative path starts at the configuration file's folder.
    mutating func authorities(_ node: YAMLNode, readFile: (String) throws -> String) -> [[UInt8]]? {
        guard let name = node.text("ca_file", &diagnostics) else { return nil }
        do {
            let certificates = try NIOSSLCertificate.fromPEMBytes(Array(try readFile(name.hasPrefix("/") ? name : folder + name).utf8))
            if !certificates.isEmpty { return try certificates.map { try $0.toDERBytes() } }
        } catch {
            switch error as? ConfigurationFile.Failure {
            case .missing:
                diagnostics.error(
                    at: node.location, "there is no file \(name.quotedBriefly); a relative one starts at the configuration file's folder")
                return nil
            case .unreadable(let reason):
                diagnostics.error(at: node.location, "file \(name.quotedBriefly) cannot be read: \(reason)")
                return nil
            case nil: break
            }
        }
        diagnostics.error(
            at: node.location,
            "file \(name.quotedBriefly) holds no certificates; it must hold blocks that begin with -----BEGIN CERTIFICATE-----")
        return nil
    }

    /// Warns of a host whose address is out of bounds, if that is known without a name server.
    mutating func checkWayOut(_ node: YAMLNode, of entry: ConfigurationEntry, allowed: [IPNetwork], _ authorities: SourceLocation?) {
        guard let url = node.scalar, let origin = Origin(of: url) else { return }
        if let authorities, !origin.isTLS {
            diagnostics.warning(at: authorities, "'ca_file' of \(entry.subject) has no effect, since its address begins with http://")
        }
        let policy = AddressPolicy(allowed: allowed)
        let isLocal = origin.host == "localhost" || origin.host.hasSuffix(".localhost")
        let addresses = isLocal ? [.v4(0x7F00_0001), .v6(1)] : [AddressPolicy.Address(literal: origin.host)].compactMap(\.self)
        let refusals = addresses.map { policy.refusal(of: $0) }
        guard let address = addresses.first, case let refusal?? = refusals.first, !refusals.contains(nil) else { return }
        let failure = ExchangeFailure.refusedAddress(host: origin.host, address: address.shown, refusal)
        diagnostics.warning(at: node.location, "\(entry.subject) will not be reached: \(failure.sentence)")
    }
}
