import Mappings

extension ConfigurationLoader {
    /// Names are used in paths and on command lines, so they are kept simple.
    mutating func checkName(of entry: ConfigurationEntry) {
        let isSimple = entry.name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
        if isSimple, let first = entry.name.first, first.isLetter || first.isNumber { return }
        diagnostics.error(
            at: entry.location,
            "the name of a \(entry.side.rawValue) has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found "
                + entry.name.quotedBriefly)
    }

    mutating func tracker(_ node: YAMLNode, of entry: ConfigurationEntry) -> Mapping? {
        guard let name = node.text("tracker", &diagnostics) else { return nil }
        if let mapping = catalog[name] {
            if mapping.sides.contains(entry.side) { return mapping }
            diagnostics.error(at: node.location, "\(mapping.onlySides ?? ""), so it cannot be the tracker of \(entry.subject)")
            return nil
        }
        if !brokenMappings.contains(name) {
            diagnostics.error(at: node.location, "unknown tracker \(name.quotedBriefly)\(name.suggestion(from: catalog.names))")
        }
        return nil
    }

    // MARK: Credentials

    struct Credentials {
        var values: [String: String] = [:]
        /// The second of two.
        var retiring: [String: String] = [:]
        /// Switched off with `null`.
        var open: Set<String> = []
    }

    mutating func credentials(_ map: inout YAMLFields, at place: SourceLocation?, of entry: ConfigurationEntry, _ mapping: Mapping)
        -> Credentials
    {
        var found = Credentials()
        var named: Set<String> = []
        let plans = mapping.credentials(of: entry.side)
        let known = plans.map(\.name)
        for (key, name, node) in map.map("credentials", &diagnostics) {
            named.insert(name)
            guard let plan = plans.first(where: { $0.name == name }) else {
                let hint = known.isEmpty ? "; it has none" : name.suggestion(from: known)
                diagnostics.error(at: key.location, "unknown credential \(name.quotedBriefly) of tracker '\(mapping.name)'\(hint)")
                continue
            }
            if let elements = node.elements, entry.side == .source {
                rotation(elements, at: node.location, plan, of: entry, into: &found)
            } else {
                credential(node, plan, of: entry, into: &found)
            }
            checkForm(found, plan, at: node.location, of: entry, mapping)
        }
        if entry.side == .source { warnOfOpen(mapping, at: entry.location, of: entry) }
        for plan in plans where !named.contains(plan.name) {
            if entry.side == .destination, plan.mayBeNull { continue }
            let hint = plan.mayBeNull ? "; '\(plan.name): null' switches the check off, so that anyone may send in its name" : ""
            diagnostics.error(at: place ?? entry.location, "\(entry.subject) needs credential '\(plan.name)'\(hint)")
        }
        return found
    }

    /// `[new, old]` while a sender changes from the old secret to the new one.
    private mutating func rotation(
        _ elements: [YAMLNode], at place: SourceLocation, _ plan: CredentialPlan, of entry: ConfigurationEntry,
        into found: inout Credentials
    ) {
        let subject = "credential '\(plan.name)' of \(entry.subject)"
        guard (1...2).contains(elements.count) else {
            let advice = elements.isEmpty ? Self.reason(entry.side) : "take away those that are out of use"
            diagnostics.error(at: place, "\(subject) has one secret, or two during a rotation, found \(elements.count); \(advice)")
            return
        }
        var secrets: [String] = []
        for element in elements {
            guard !element.isNull else {
                diagnostics.error(at: element.location, "\(subject) has an empty place in its list; \(Self.reason(entry.side))")
                continue
            }
            var one = Credentials()
            credential(element, plan, of: entry, into: &one)
            if let secret = one.values[plan.name] { secrets.append(secret) }
        }
        guard secrets.count == elements.count else { return }
        if secrets.count == 2, secrets[0] == secrets[1] {
            diagnostics.error(at: elements[1].location, "\(subject) has the same secret twice; a rotation has a new one and the old one")
        }
        found.values[plan.name] = secrets[0]
        if secrets.count == 2 { found.retiring[plan.name] = secrets[1] }
    }

    /// The sentences never show the value.
    private mutating func credential(_ node: YAMLNode, _ plan: CredentialPlan, of entry: ConfigurationEntry, into found: inout Credentials)
    {
        let subject = "credential '\(plan.name)' of \(entry.subject)"
        guard case .scalar(let text, let isPlain) = node.content else {
            diagnostics.error(at: node.location, "\(subject) must be a text, found \(node.kind)")
            return
        }
        if isPlain, text == "~" || text.lowercased() == "null" {
            guard plan.mayBeNull else {
                diagnostics.error(at: node.location, "\(subject) cannot be null: \(Self.reason(entry.side))")
                return
            }
            found.open.insert(plan.name)
            if entry.side == .source {
                diagnostics.warning(at: node.location, "\(subject) is null, so requests are not checked; this is deprecated, set a secret")
            }
        } else if text.isBlank {
            diagnostics.error(at: node.location, "\(subject) is empty; \(Self.reason(entry.side))")
        } else if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) {
            diagnostics.error(at: node.location, "\(subject) holds a line break or another control character, which no request can carry")
        } else {
            if text != text.trimmed {
                diagnostics.warning(at: node.location, "\(subject) begins or ends with white space, which counts as part of it")
            }
            if entry.side == .source, !plan.identifies, text.unicodeScalars.count < Self.shortestSecret {
                diagnostics.warning(
                    at: node.location,
                    "\(subject) has fewer than \(Self.shortestSecret) characters, so it can be guessed; agree on a longer one with the sender"
                )
            }
            found.values[plan.name] = text
        }
    }

    /// Characters. A shorter secret may be guessed.
    private static let shortestSecret = 16

    private static func reason(_ side: SettingPlan.Side) -> String {
        side == .source ? "anyone could send in its name" : "the tracker could not know who sends"
    }

    // MARK: Settings

    mutating func settings(
        _ map: inout YAMLFields, at place: SourceLocation?, of entry: ConfigurationEntry, _ mapping: Mapping,
        exponents: inout CurrencyExponents?
    ) -> [String: SettingValue] {
        var chosen: [String: SettingValue] = [:]
        var named: Set<String> = []
        let known = mapping.settings.filter { $0.sides.contains(entry.side) }.map(\.name)
        for (key, name, node) in map.map("settings", &diagnostics) {
            if let plan = mapping.settings.first(where: { $0.name == name }) {
                guard plan.sides.contains(entry.side) else {
                    let other = entry.side == .source ? "destination" : "source"
                    diagnostics.error(
                        at: key.location,
                        "setting '\(name)' of tracker '\(mapping.name)' is for a \(other), not for a \(entry.side.rawValue)")
                    continue
                }
                guard !node.isNull else { continue }
                named.insert(name)
                chosen[name] = plan.value(node, &diagnostics)
                if case .text("") = chosen[name] { diagnostics.error(at: node.location, "setting '\(name)' of \(entry.subject) is empty") }
            } else if name == "exponents" {
                if exponents != nil { diagnostics.error(at: key.location, "\(entry.subject) has 'exponents' twice; keep one") }
                exponents = self.exponents(node)
            } else {
                let hint = known.isEmpty ? "; it has none" : name.suggestion(from: known)
                diagnostics.error(at: key.location, "unknown setting \(name.quotedBriefly) of tracker '\(mapping.name)'\(hint)")
            }
        }
        checkComplete(named, at: place ?? entry.location, of: entry, mapping)
        return chosen
    }

    /// What the mapping requires, and what a destination's path cannot do without.
    private mutating func checkComplete(_ named: Set<String>, at place: SourceLocation, of entry: ConfigurationEntry, _ mapping: Mapping) {
        for plan in mapping.settings where !named.contains(plan.name) && plan.initial == nil {
            let isInPath = mapping.request.path.segments.contains(.setting(plan.name))
            if entry.side == .destination, isInPath {
                diagnostics.error(
                    at: place, "\(entry.subject) needs setting '\(plan.name)', a part of its path \(mapping.request.path.description)")
            } else if entry.side == .destination, mapping.tokenSettings.contains(plan.name) {
                diagnostics.error(at: place, "\(entry.subject) needs setting '\(plan.name)', which the request for its access token has")
            } else if plan.requiredBy.contains(entry.side) {
                diagnostics.error(at: place, "\(entry.subject) needs setting '\(plan.name)'")
            }
        }
    }

    /// `{ USDT: 6, ISK: 2 }`: digits of the minor unit.
    mutating func exponents(_ node: YAMLNode) -> CurrencyExponents? {
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "'exponents' must be a map such as { USDT: 6 }, found \(node.kind)")
            return nil
        }
        var overrides: [Currency: Int] = [:]
        for (key, value) in entries {
            let code = key.scalar ?? ""
            guard let currency = Currency(code: code) else {
                diagnostics.error(
                    at: key.location, "\(code.quotedBriefly) is no currency code; write three to five letters or digits such as USDT")
                continue
            }
            guard let text = value.scalar, let exponent = Int(text), CurrencyExponents.allowed.contains(exponent) else {
                let allowed = CurrencyExponents.allowed
                let found = value.scalar?.quotedBriefly ?? value.kind
                diagnostics.error(
                    at: value.location,
                    "the exponent of \(currency) must be a whole number from \(allowed.lowerBound) to \(allowed.upperBound), found \(found)"
                )
                continue
            }
            overrides[currency] = exponent
        }
        return CurrencyExponents(overrides: overrides)
    }
}
