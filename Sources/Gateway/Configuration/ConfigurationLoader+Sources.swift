import Mappings
import Rules

extension ConfigurationLoader {
    mutating func source(_ name: String, at place: SourceLocation, _ node: YAMLNode) -> SourceConfiguration? {
        let entry = ConfigurationEntry(side: .source, name: name, location: place)
        checkName(of: entry)
        checkPath(of: entry)
        var map = YAMLFields(node, subject: entry.subject, into: &diagnostics)
        guard node.isMap || node.isNull else { return nil }
        let mapping = map.require("tracker", &diagnostics).flatMap { tracker($0, of: entry) }
        let defaults = self.defaults(&map)
        let networks = allowedNetworks(&map)
        let repeats = map.take("repeats").flatMap { repeatPolicy($0) }
        let sharesOrdersWith = map.take("shares_orders_with").map { sharedSources($0, of: entry) } ?? []
        let direct = map.take("exponents")
        var exponents = direct.map { self.exponents($0) ?? .iso }
        let surplus = surplusRule(in: &map)
        guard let mapping else {
            // Without its tracker these cannot be checked.
            for key in ["credentials", "settings", "duplicates", "rate", "review", "timestamp_tolerance", "replay_window"] {
                _ = map.takeAny(key)
            }
            map.finish(&diagnostics)
            return nil
        }
        let credentials = self.credentials(&map, at: node["credentials"]?.location, of: entry, mapping)
        let settings = self.settings(&map, at: node["settings"]?.location, of: entry, mapping, exponents: &exponents)
        let duplicates = map.take("duplicates").flatMap { duplicateRule($0, of: entry, mapping) }
        let rates = rates(&map, of: entry, isMap: node["rate"]?.isMap ?? false)
        let review = map.take("review").map { self.review($0, of: entry, mapping) }
        let freshness = freshness(&map, of: entry, mapping)
        map.finish(&diagnostics)
        var source = SourceConfiguration(
            name: name, mapping: mapping, credentials: credentials.values, openCredentials: credentials.open, settings: settings,
            defaults: defaults, allowIPs: networks, duplicates: duplicates, repeats: repeats, exponents: exponents ?? .iso,
            retiringCredentials: credentials.retiring, rates: rates, review: review, freshness: freshness)
        source.sharesOrdersWith = sharesOrdersWith
        source.surplus = surplus
        return source
    }

    /// The paths that the gateway answers itself.
    private static let ownPaths = ["healthz", "probez", "readyz"]

    /// `/<source>/…` must not begin like a path that means something else.
    private mutating func checkPath(of entry: ConfigurationEntry) {
        if Self.ownPaths.contains(entry.name) {
            diagnostics.error(
                at: entry.location, "a source cannot be named '\(entry.name)', which the gateway answers itself; choose another name")
            return
        }
        for mapping in catalog.mappings(withPath: "/" + entry.name) {
            let own =
                mapping.request.paths + [mapping.list?.path].compactMap { $0 }
                + mapping.messages.flatMap { $0.inbound?.request.paths ?? [] }
            for path in own where path.segments.first == .literal(entry.name) {
                diagnostics.error(
                    at: entry.location,
                    "a source cannot be named '\(entry.name)': tracker '\(mapping.name)' has the path \(path.description); choose another name"
                )
                return
            }
        }
    }

    private mutating func allowedNetworks(_ map: inout YAMLFields) -> [IPNetwork] {
        guard let node = map.take("allow_ips") else { return [] }
        if node.elements?.isEmpty == true {
            diagnostics.error(at: node.location, "'allow_ips' is empty, which would let every address in; write addresses or leave it out")
        }
        return networks("allow_ips", node)
    }

    private mutating func defaults(_ map: inout YAMLFields) -> [(path: FieldPath, value: Value)] {
        var defaults: [(path: FieldPath, value: Value)] = []
        for (key, name, node) in map.map("defaults", &diagnostics) {
            guard let path = settablePath(name, at: key.location), let text = node.text(name, &diagnostics) else { continue }
            guard !node.isNull, !text.isBlank else {
                diagnostics.error(at: node.location, "the default of '\(name)' is empty; write a value or leave it out")
                continue
            }
            do throws(FieldFailure) {
                defaults.append((path, try path.value(of: text)))
            } catch {
                diagnostics.error(at: node.location, error.sentence)
            }
        }
        return defaults
    }

    /// A canonical field that a default or a route may set.
    mutating func settablePath(_ name: String, at place: SourceLocation) -> FieldPath? {
        guard let path = FieldPath(name: name) else {
            let known = FieldPath.suggestions.filter { FieldPath(name: $0)?.isSettable ?? false }
            let hint = name.nearest(in: known).map { "; did you mean '\($0)'?" } ?? ""
            diagnostics.error(at: place, "unknown canonical field \(name.quotedBriefly)\(hint)")
            return nil
        }
        if path.isSettable { return path }
        diagnostics.error(at: place, "'\(name)' is given by the gateway and cannot be set")
        return nil
    }

    /// Two sources that no request to the tracker's own path distinguishes.
    mutating func warnOfTwins(_ sources: [SourceConfiguration], at places: [(name: String, place: SourceLocation)]) {
        for (index, source) in sources.enumerated() {
            guard let twin = sources[..<index].first(where: { source.isTwin(of: $0) }),
                let place = places.first(where: { $0.name == source.name })?.place
            else { continue }
            let path = source.mapping.request.path.description
            let consequence =
                source.distinguishingHeader(from: twin).map {
                    "and only the header \($0) distinguishes them, so a request without it counts as '\(twin.name)'; "
                        + "give each a secret of its own, or send to "
                } ?? "so \(path) cannot distinguish them; send to "
            diagnostics.warning(
                at: place,
                "source '\(source.name)' has the tracker and the credentials of source '\(twin.name)', \(consequence)"
                    + "/\(twin.name)\(path) and /\(source.name)\(path)")
        }
    }

    // MARK: Duplicates

    /// `shares_orders_with: [old]`.
    private mutating func sharedSources(_ node: YAMLNode, of entry: ConfigurationEntry) -> [String] {
        node.texts("shares_orders_with", &diagnostics).compactMap { name, place in
            if name == entry.name {
                diagnostics.error(at: place, "\(entry.subject) shares its orders with itself anyway; name another source")
            } else if sourceNames.contains(name) {
                return name
            } else {
                diagnostics.error(at: place, "there is no source \(name.quotedBriefly)\(name.suggestion(from: sourceNames))")
            }
            return nil
        }
    }

    private mutating func repeatPolicy(_ node: YAMLNode) -> RepeatPolicy? {
        guard let text = node.text("repeats", &diagnostics) else { return nil }
        if let policy = RepeatPolicy(rawValue: text) { return policy }
        let words = RepeatPolicy.allCases.map(\.rawValue)
        diagnostics.error(
            at: node.location,
            "'repeats' must be one of \(words.joined(separator: ", ")), found \(text.quotedBriefly)\(text.suggestion(from: words))")
        return nil
    }

    /// `{ key: [customer_email, order_id?], within: 30d }`, or a list of such rules that are tried in order.
    private mutating func duplicateRule(_ node: YAMLNode, of entry: ConfigurationEntry, _ mapping: Mapping) -> DuplicateRule? {
        guard let elements = node.elements else { return alternative(node, of: entry, mapping).map { DuplicateRule(alternatives: [$0]) } }
        if elements.isEmpty {
            diagnostics.error(at: node.location, "'duplicates' of \(entry.subject) is empty; write a rule such as { key: [order_id] }")
        }
        let alternatives = elements.map { alternative($0, of: entry, mapping) }
        for (index, element) in elements.enumerated().dropFirst() {
            // What is tried first and asks for no more leaves nothing for this one.
            guard let parts = alternatives[index]?.needed,
                let earlier = alternatives[..<index].firstIndex(where: { $0?.needed.isSubset(of: parts) ?? false })
            else { continue }
            diagnostics.error(
                at: element.location,
                "rule \(index + 1) of 'duplicates' is never used: rule \(earlier + 1) comes first and needs no other field; put it behind")
        }
        let found = alternatives.compactMap(\.self)
        return found.count == elements.count && !found.isEmpty ? DuplicateRule(alternatives: found) : nil
    }

    private mutating func alternative(
        _ node: YAMLNode, of entry: ConfigurationEntry, _ mapping: Mapping
    ) -> DuplicateRule.Alternative? {
        var map = YAMLFields(node, subject: "'duplicates' of \(entry.subject)", into: &diagnostics)
        let key = node.isMap ? map.require("key", &diagnostics) : nil
        let within = duration("within", in: &map, .seconds(1) ... .seconds(3650 * 86_400), "1s to 3650d")
        map.finish(&diagnostics)
        guard let key else { return nil }
        let names = key.texts("key", &diagnostics)
        if names.isEmpty, key.elements != nil { diagnostics.error(at: key.location, "a duplicate key needs at least one field") }
        let parts = names.compactMap { duplicatePart($0.text, at: $0.location, mapping) }
        guard parts.count == names.count, !parts.isEmpty else { return nil }
        if parts.allSatisfy(\.isOptional) {
            diagnostics.error(
                at: key.location, "a duplicate key needs a field without '?', else all conversions that have none of them would be one")
        }
        return DuplicateRule.Alternative(parts: parts, within: within)
    }

    private mutating func duplicatePart(_ written: String, at place: SourceLocation, _ mapping: Mapping) -> DuplicateRule.Part? {
        let isOptional = written.hasSuffix("?")
        let name = isOptional ? String(written.dropLast()) : written
        let flat = Field.allCases.first { $0.name == name || String($0.name.map { $0 == "." ? "_" : $0 }) == name }
        switch FieldPath(name: name) ?? flat.map(FieldPath.field) ?? mapping.path(ofWireName: name) {
        case .id, .receivedAt:
            diagnostics.error(at: place, "'\(name)' differs in every conversion, so nothing would ever be a duplicate")
            return nil
        case let path?:
            return DuplicateRule.Part(path: path, isOptional: isOptional)
        case nil:
            let known = FieldPath.suggestions + mapping.fields.map(\.name)
            let hint = name.nearest(in: known).map { "; did you mean '\($0)'?" } ?? ""
            diagnostics.error(at: place, "unknown field \(name.quotedBriefly)\(hint)")
            return nil
        }
    }
}

extension DuplicateRule.Alternative {
    /// The fields without which it gives no key.
    fileprivate var needed: Set<FieldPath> { Set(parts.filter { !$0.isOptional }.map(\.path)) }
}
