import Mappings
import Rules

/// `tls: { certificate: FILE, key: FILE }`, or a list of them.
extension ConfigurationLoader {
    mutating func tls(_ node: YAMLNode, readFile: (String) throws -> String) -> ServerTLS? {
        let nodes = node.elements ?? [node]
        if nodes.isEmpty {
            diagnostics.error(at: node.location, "'tls' is an empty list; name a certificate and its key, or leave it out")
        }
        let certificates = nodes.compactMap { serverCertificate($0, readFile) }
        guard let first = certificates.first, certificates.count == nodes.count else { return nil }
        do {
            return try ServerTLS(first, Array(certificates.dropFirst()))
        } catch {
            diagnostics.error(at: node.location, "TLS is impossible with these certificates: \(error)")
            return nil
        }
    }

    private mutating func serverCertificate(_ node: YAMLNode, _ readFile: (String) throws -> String) -> ServerCertificate? {
        var map = YAMLFields(node, subject: "'tls'", into: &diagnostics)
        let certificate = map.require("certificate", &diagnostics)
        let key = map.require("key", &diagnostics)
        map.finish(&diagnostics)
        guard let certificate, let key, let chain = pem(certificate, "certificate", readFile), let own = pem(key, "key", readFile) else {
            return nil
        }
        do throws(ServerCertificate.Failure) {
            return try ServerCertificate(certificate: chain, key: own)
        } catch {
            let place = error.part == .key ? key : certificate
            diagnostics.error(at: place.location, "file \((place.scalar ?? "").quotedBriefly) \(error.sentence)")
            return nil
        }
    }

    /// A file's text. A key's never shows in a sentence.
    private mutating func pem(_ node: YAMLNode, _ name: String, _ readFile: (String) throws -> String) -> String? {
        guard let file = node.text(name, &diagnostics) else { return nil }
        do {
            let text = try readFile(file.hasPrefix("/") ? file : folder + file)
            certificateTexts.append(text)
            return text
        } catch {
            switch error as? ConfigurationFile.Failure {
            case .unreadable(let reason): diagnostics.error(at: node.location, "file \(file.quotedBriefly) cannot be read: \(reason)")
            case .missing, nil:
                diagnostics.error(
                    at: node.location, "there is no file \(file.quotedBriefly); a relative one starts at the configuration file's folder")
            }
            return nil
        }
    }
}
