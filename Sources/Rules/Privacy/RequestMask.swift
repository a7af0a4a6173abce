import Mappings

/// Turns a request into what may be kept of it: everything but credentials.
///
/// Headers that carry one are left out, parameters and members that carry one become `***` whatever their value, and a configured secret is
/// blotted out at every other place. A signature stays: it does not reveal the key.
package struct RequestMask: Sendable {
    private static let mask = String(decoding: SecretFinder.mask, as: UTF8.self)
    private static let never: Set<String> = ["authorization", "proxy-authorization", "cookie", "x-api-key"]

    /// In lower case.
    private let headers: [String]
    private let parameters: Set<String>
    private let members: Set<String>
    /// Those with a secret in them.
    private let paths: [PathPlan]
    /// Paths that have no secret, though they end like one that has.
    private let plainPaths: [PathPlan]
    private let secrets: SecretFinder

    /// - Parameter mappings: all that the configuration knows, this one among them or not.
    package init(_ mapping: Mapping, among mappings: [Mapping], secrets: SecretFinder) {
        var headers = Self.never
        var parameters: Set<String> = []
        var members: Set<String> = []
        // A sender that uses the wrong address sends this tracker the secret of another.
        for case .header(let name) in mappings.flatMap(\.credentials).flatMap(\.places) {
            headers.insert(name.lowercased())
        }
        for place in mapping.credentials.flatMap(\.places) {
            switch place {
            case .header(let name): headers.insert(name.lowercased())
            case .bearer, .basicUser, .basicPassword, .path: break
            case .query(let name): parameters.insert(name)
            case .body(let name): members.insert(name)
            }
        }
        paths = mapping.secretPaths
        plainPaths = []
        self.headers = Array(headers)
        self.parameters = parameters
        self.members = members
        self.secrets = secrets
    }

    /// For a request that reached no tracker: it may hold the credentials of each.
    package init(ofAll mappings: [Mapping], secrets: SecretFinder) {
        var headers = Self.never
        var names: Set<String> = []
        for place in mappings.flatMap(\.credentials).flatMap(\.places) {
            switch place {
            case .header(let name): headers.insert(name.lowercased())
            case .bearer, .basicUser, .basicPassword, .path: break
            case .query(let name), .body(let name): names.insert(name)
            }
        }
        paths = mappings.flatMap(\.secretPaths)
        plainPaths = mappings.flatMap(\.request.paths).filter(\.isPlain)
        self.headers = Array(headers)
        parameters = names
        members = names
        self.secrets = secrets
    }

    package func stored(_ request: WireRequest, peer: String) -> StoredRequest {
        var query = request.query
        if !parameters.isEmpty, !query.isEmpty {
            query = String(decoding: Parameters.masking(parameters, in: Array(query.utf8), with: Self.mask), as: UTF8.self)
        }
        let path = paths.reduce(request.path) { path, secret in
            let isOther = plainPaths.contains { $0.segments.count >= secret.segments.count && path.hasSuffix($0.description) }
            return isOther ? path : secret.masked(path)
        }
        let target = query.isEmpty ? path : "\(path)?\(query)"
        return StoredRequest(
            method: request.method, target: secrets.masked(target),
            headers: request.headers.compactMap { name, value in
                headers.contains(where: { $0.isEqualIgnoringCase(name) }) ? nil : (name, secrets.masked(value))
            },
            body: secrets.masked(BodyFormats.masking(members, in: request.body, with: Self.mask)), peer: peer)
    }

    /// A reason quotes what was sent.
    package func stored(reason: String) -> String { secrets.masked(reason) }
}
