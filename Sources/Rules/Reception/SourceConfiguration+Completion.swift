import Mappings

extension SourceConfiguration {
    /// The request with the source's own credentials in place of those that it lacks or that were masked, signed if it has no signature.
    ///
    /// For a request that an operator has written down: what it does carry stays, so that a wrong credential stays wrong.
    ///
    /// - Parameter now: the time that a signature may say.
    package func completing(_ request: WireRequest, at now: Timestamp) -> WireRequest {
        var request = request
        let pathValues = mapping.request.paths.lazy.compactMap { $0.match(request.path, below: name) }.first ?? [:]
        let parsed = (try? mapping.parse(request, pathValues: pathValues)) ?? mapping.parseCredentials(request, pathValues: pathValues)
        var lacking: [String: String] = [:]
        for plan in mapping.credentials where !plan.signsOnly {
            guard let own = credentials[plan.name] else { continue }
            let given = plan.presented(in: parsed)
            guard given == nil || given == Self.mask || plan.isOpen(given) else { continue }
            // Nothing can be put into a body that cannot be read; the judge reports what is wrong with it.
            if case .body? = plan.places.first, BodyFormats.isBrokenDocument(request.body) { continue }
            lacking[plan.name] = own
            if given != nil { for place in plan.places { request.remove(place) } }
        }
        if let signature = mapping.signature, parsed.value(atFirstOf: signature.places) == nil {
            lacking[signature.credential] = credentials[signature.credential]
        }
        return mapping.addingCredentials(lacking, to: request, at: now)
    }

    private static let mask = String(decoding: SecretFinder.mask, as: UTF8.self)
}

extension CredentialPlan {
    /// Whether a path still has the segment's name in the place of its secret: `{key}`.
    fileprivate func isOpen(_ given: String?) -> Bool {
        places.contains { if case .path(let name) = $0 { given == "{\(name)}" } else { false } }
    }
}

extension WireRequest {
    /// Takes a masked credential out; a member of a JSON or XML body is replaced when the right one is put in.
    fileprivate mutating func remove(_ place: CredentialPlan.Place) {
        func without(_ name: String, _ text: String) -> String {
            text.split(separator: "&", omittingEmptySubsequences: false).filter { part in
                String(part.prefix { $0 != "=" }).percentDecoded != name
            }.joined(separator: "&")
        }
        switch place {
        case .header(let name): headers.removeAll { $0.name.isEqualIgnoringCase(name) }
        case .bearer, .basicUser, .basicPassword: headers.removeAll { $0.name.isEqualIgnoringCase("Authorization") }
        // Its segment is replaced when the right one is put in.
        case .path: break
        case .query(let name): query = without(name, query)
        case .body(let name):
            if !BodyFormats.isDocument(body) { body = Array(without(name, String(decoding: body, as: UTF8.self)).utf8) }
        }
    }
}

extension PathPlan {
    /// The variable segments of a path that may have a source's name in front; nil if it is another.
    fileprivate func match(_ path: String, below name: String) -> [String: String]? {
        let prefix = "/\(name)/"
        return match(path) ?? (path.hasPrefix(prefix) ? match(path.dropFirst(prefix.utf8.count - 1)) : nil)
    }
}
