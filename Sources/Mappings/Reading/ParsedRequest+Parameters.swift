extension ParsedRequest {
    /// Puts the parameters of a query or form into the slots of the fields at the top of a body.
    ///
    /// - Parameter place: the place of a parameter of that name.
    mutating func take(
        _ parameters: Parameters, by layout: RequestLayout, at place: (String) -> CredentialPlan.Place
    ) throws(Refusal) {
        warnings += parameters.warnings
        self.parameters = parameters
        var seen: [String: String] = [:]
        for (name, value) in parameters.pairs {
            if let earlier = seen.updateValue(value, forKey: name) {
                if earlier == value { continue }
                if layout.secretNames.contains(name) {
                    throw Refusal(.malformed, field: name, "\(name) was sent twice, with two values")
                }
                throw Refusal(
                    .malformed, field: name, "\(name) was sent twice, as \(earlier.quotedBriefly) and \(value.quotedBriefly)")
            }
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][place(name)] = value
            } else if let slot = layout.slot(ofParameter: name) {
                slots[slot] = value.isBlank ? .absent : .string(value)
            } else if !name.isEmpty || !value.isEmpty {
                keep(name, .string(value))
            }
        }
    }

    /// Puts the query of a request whose fields are in the body into its slots: credentials, signatures, and what else was sent.
    mutating func takeBesideBody(_ query: Parameters, by layout: RequestLayout) {
        warnings += query.warnings
        for (name, value) in query.pairs {
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][.query(name)] = value
            } else if let parameter = layout.parameters.first(where: { $0.place == .query && $0.name == name }) {
                slots[parameter.slot] = value.isBlank ? .absent : .string(value)
            } else {
                keep("query.\(name)", .string(value))
            }
        }
    }

    /// Takes the secrets among these, and nothing else.
    mutating func takeSecrets(
        _ pairs: [(name: String, value: String)], by layout: RequestLayout, at place: (String) -> CredentialPlan.Place
    ) {
        for (name, value) in pairs where layout.secretNames.contains(name) && secrets[name]?[place(name)] == nil {
            secrets[name, default: [:]][place(name)] = value
        }
    }
}

extension RequestLayout {
    /// Parameters have the names of fields at the top of a body.
    func slot(ofParameter name: String) -> Int? {
        if let parameter = parameters.first(where: { $0.name == name && $0.place == .query }) { return parameter.slot }
        for member in members where member.name == name {
            if case .slot(let slot) = member.content { return slot }
        }
        return nil
    }
}
