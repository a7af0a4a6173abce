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
        var rows = ItemRows()
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
                slots[slot] = value.isBlank ? .blank : .string(value)
            } else if let names = name.memberNames, takeMember(names, value, by: layout, &rows) {
                if rows.example == nil, name.contains("[") { rows.example = name }
            } else if !name.isEmpty || !value.isEmpty {
                keep(name, .string(value))
            }
        }
        if let name = rows.example {
            warnings.append("names in brackets, such as \(name.quotedBriefly), were read as members of objects and lists")
        }
    }

    /// The items that a form has begun, by what they are called in it.
    private struct ItemRows {
        var indices: [String: Int] = [:]
        /// The first name in brackets.
        var example: String?
    }

    /// Puts a parameter that stands for a member of an object or of an item into its slot; false if the mapping has no such member.
    private mutating func takeMember(_ names: [String], _ value: String, by layout: RequestLayout, _ rows: inout ItemRows) -> Bool {
        var members = layout.members
        for (index, name) in names.enumerated() {
            guard let member = members.first(where: { $0.name == name }) else { return false }
            switch member.content {
            case .object(let children): members = children
            case .slot(let slot):
                guard index == names.count - 1, slots[slot].isAbsent else { return false }
                slots[slot] = value.isBlank ? .blank : .string(value)
                return true
            case .items(let children):
                guard index == names.count - 3, let part = children.first(where: { $0.name == names[index + 2] }),
                    case .slot(let slot) = part.content
                else { return false }
                let row = row(of: names[index + 1], width: layout.itemSlotCount, &rows)
                guard itemSlots[row + slot].isAbsent else { return false }
                itemSlots[row + slot] = value.isBlank ? .blank : .string(value)
                return true
            case .secret: return false
            }
        }
        return false
    }

    private mutating func row(of item: String, width: Int, _ rows: inout ItemRows) -> Int {
        if let index = rows.indices[item] { return index * width }
        let index = rows.indices.count
        rows.indices[item] = index
        itemPositions.append(index)
        itemSlots += repeatElement(.absent, count: width)
        return index * width
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
                slots[parameter.slot] = value.isBlank ? .blank : .string(value)
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

extension String {
    /// `customer.email`, `customer[email]` and `items[0][price]` as the names of members, as PHP writes and reads them; nil for a plain name.
    fileprivate var memberNames: [String]? {
        guard utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ".") }) else { return nil }
        return split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
    }
}
