import Crypto

extension Mapping {
    /// A request as its sender would send it: with credentials at their first places, and signed if the tracker wants that.
    ///
    /// For the demo and for tests, which start from the requests of `examples:`. Those hold no secrets.
    ///
    /// - Parameter now: the time that a signature may say.
    package func addingCredentials(_ credentials: [String: String], to request: WireRequest, at now: Timestamp) -> WireRequest {
        var request = request
        // As it is read, which may differ from what it is called.
        let format = (try? parse(request))?.format ?? (try? self.request.format(of: request)) ?? nil
        for plan in self.credentials where !plan.signsOnly {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            if case .path(let name) = place {
                request.path = self.request.path.replacingSecrets(in: request.path) { $0 == name ? value.percentEncoded : nil }
            } else {
                request.add(plan.form?.text(of: value) ?? value, at: place, in: format)
            }
        }
        if let basic = basicCredentials(credentials) { request.headers.append(("Authorization", basic.header)) }
        if let signature, let secret = credentials[signature.credential], let way = signature.way(hasBody: format != nil) {
            sign(&request, by: signature, Signer(signature, secret: secret, forms: []), way, in: format, at: now)
        }
        return request
    }

    private func sign(
        _ request: inout WireRequest, by plan: SignaturePlan, _ signer: Signer, _ way: SignaturePlan.Way, in format: (any BodyFormat)?,
        at now: Timestamp
    ) {
        if let form = way.form {
            guard let text = signer.sign(request, in: format, as: form) else { return }
            return request.add(plan.written(text, timestamp: "", id: ""), at: way.place, in: format)
        }
        let content = SHA256.hex(of: "\(request.target) \(String(decoding: request.body, as: UTF8.self))")
        var stamps = (timestamp: plan.timestamp?.form.text(now) ?? "", id: "msg_\(content.prefix(24))")
        if case .header(let name)? = plan.timestamp?.place {
            stamps.timestamp = request.header(name) ?? stamps.timestamp
            if request.header(name) == nil { request.headers.append((name, stamps.timestamp)) }
        }
        if case .header(let name)? = plan.id {
            stamps.id = request.header(name) ?? stamps.id
            if request.header(name) == nil { request.headers.append((name, stamps.id)) }
        }
        guard let parsed = try? parse(request, pathValues: self.request.path.match(request.path) ?? [:]),
            let message = try? plan.messages(of: parsed, stamps).first
        else { return }
        request.add(plan.written(signer.sign(message), timestamp: stamps.timestamp, id: stamps.id), at: way.place, in: format)
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
        case .basicUser, .basicPassword, .path: break
        }
    }
}
