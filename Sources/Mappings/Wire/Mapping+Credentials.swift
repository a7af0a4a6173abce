extension Mapping {
    /// A request as its sender would send it: credentials at their first places, and signed where the tracker wants that.
    ///
    /// For the demo and for tests, which start from the requests of `examples:`, where no secret stands.
    package func addingCredentials(_ credentials: [String: String], to request: WireRequest) -> WireRequest {
        var request = request
        for plan in self.credentials where !plan.signsOnly {
            guard let place = plan.places.first, let value = credentials[plan.name] else { continue }
            request.add(value, at: place)
        }
        if let signature, let secret = credentials[signature.credential], let place = signature.places.first {
            let signer = Signer(signature, secret: secret, forms: signature.forms)
            request.add(signer.sign(request.body), at: place)
        }
        return request
    }
}

extension WireRequest {
    fileprivate mutating func add(_ value: String, at place: CredentialPlan.Place) {
        switch place {
        case .header(let name): headers.append((name, value))
        case .bearer: headers.append(("Authorization", "Bearer \(value)"))
        case .query(let name): query += (query.isEmpty ? "" : "&") + "\(name.percentEncoded)=\(value.percentEncoded)"
        case .body(let name):
            if case .object(var object)? = try? JSONValue(parsing: body) {
                object[name] = .string(value)
                var json = JSONWriter()
                json.write(.object(object))
                body = json.bytes
            } else {
                let pair = "\(name.percentEncoded)=\(value.percentEncoded)"
                body += Array((body.isEmpty ? pair : "&" + pair).utf8)
            }
        }
    }
}
