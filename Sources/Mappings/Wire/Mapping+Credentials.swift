extension Mapping {
    /// A request as its sender would send it: with credentials at their first places, and signed if the tracker wants that.
    ///
    /// For the demo and for tests, which start from the requests of `examples:`. Those hold no secrets.
    package func addingCredentials(_ credentials: [String: String], to request: WireRequest) -> WireRequest {
        var request = request
        // As it is read, which may differ from what it is called.
        let format = (try? parse(request))?.format ?? (try? self.request.format(of: request)) ?? nil
        for plan in self.credentials where !plan.signsOnly {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            request.add(value, at: place, in: format)
        }
        if let signature, let secret = credentials[signature.credential], let way = signature.way(hasBody: format != nil),
            let text = Signer(signature, secret: secret, forms: []).sign(request, in: format, as: way.form)
        {
            request.add(text, at: way.place, in: format)
        }
        return request
    }
}

extension WireRequest {
    /// Adds a credential or signature.
    ///
    /// - Parameter format: of the body; nil if the request has none, which then holds nothing.
    fileprivate mutating func add(_ value: String, at place: CredentialPlan.Place, in format: (any BodyFormat)?) {
        switch place {
        case .header(let name): headers.append((name, value))
        case .bearer: headers.append(("Authorization", "Bearer \(value)"))
        case .query(let name): query += (query.isEmpty ? "" : "&") + Parameters.encoded([(name, value)])
        case .body(let name): if let format { body = format.setting(name, to: value, in: body) }
        }
    }
}
