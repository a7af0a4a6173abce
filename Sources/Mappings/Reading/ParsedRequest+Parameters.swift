extension ParsedRequest {
    /// Puts the parameters of a query or form into the slots of the fields at the top of a body. Of too many, only the secrets are taken.
    ///
    /// - Parameter place: the place of a parameter of that name.
    mutating func take(
        _ encoded: [UInt8], by layout: RequestLayout, at place: (String) -> CredentialPlan.Place
    ) throws(Refusal) {
        let parameters = Parameters(decoding: encoded, upTo: RequestLimits.parameters, elseOnly: layout.secretNames)
        warnings += parameters.warnings
        note(foreign: parameters.foreign)
        parameterCount += parameters.count
        guard parameters.isComplete else { return takeSecrets(parameters.pairs, by: layout, at: place) }
        self.parameters = parameters
        var seen: [String: String] = [:]
        var example: String?
        for (name, value) in parameters.pairs {
            if layout.hasLists, takeElement(name, value, by: layout) { continue }
            if let earlier = seen.updateValue(value, forKey: name) {
                if earlier == value { continue }
                if layout.secretNames.contains(name) {
                    throw Refusal(.malformed, field: name, "\(name) was sent twice, with two values")
                }
                throw Refusal(
                    .malformed, field: name, "\(name) was sent twice, as \(earlier.quotedBriefly) and \(value.quotedBriefly)")
            }
            let wire = value.isBlank ? WireValue.blank : .string(value)
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][place(name)] = value
            } else if let content = layout.content(ofParameter: name) {
                put(wire, at: content, row: 0, by: layout)
            } else if layout.hasNumbered, takeNumbered(name, wire, by: layout) {
                continue
            } else if let names = name.memberNames, takeMember(names[...], wire, at: layout.root, row: -1, by: layout) {
                if example == nil, !layout.expectsBrackets, name.contains("[") { example = name }
            } else if !name.isEmpty || !value.isEmpty {
                keep(name, .string(value))
            }
        }
        if let name = example {
            warnings.append("names in brackets, such as \(name.quotedBriefly), were read as members of objects and lists")
        }
    }

    /// Puts the query of a request whose fields are in the body into its slots: credentials, signatures, and what else was sent.
    mutating func takeBesideBody(_ encoded: [UInt8], by layout: RequestLayout) {
        let query = Parameters(decoding: encoded, upTo: RequestLimits.parameters, elseOnly: layout.secretNames)
        warnings += query.warnings
        note(foreign: query.foreign)
        parameterCount += query.count
        for (name, value) in query.pairs {
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][.query(name)] = value
            } else if let parameter = layout.parameters.first(where: { $0.place == .query && $0.name == name }) {
                put(value.isBlank ? .blank : .string(value), at: parameter.content, row: 0, by: layout)
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
