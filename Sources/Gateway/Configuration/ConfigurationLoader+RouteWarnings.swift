import Mappings
import Rules

extension ConfigurationLoader {
    /// Warns of what each route alone is right about, but its sources and destinations make pointless or wrong. Asked only if the file has no errors.
    mutating func warn(
        of routes: [Route], _ nodes: [YAMLNode], _ sources: [SourceConfiguration], _ destinations: [DestinationConfiguration]
    ) {
        for (index, (route, node)) in zip(routes, nodes).enumerated() {
            let check = RouteCheck(
                number: index + 1, route: route,
                sources: sources.filter { route.sources?.contains($0.name) ?? true }.map { ($0, KnownWords($0)) },
                destinations: destinations.filter { route.destinations.contains($0.name) })
            let place = (node["when"]?.textLocation ?? node.location)
            for warning in check.emptyConditions { diagnostics.warning(at: place, warning) }
            for warning in check.unheardStatuses { diagnostics.warning(at: place, warning) }
            for (path, warning) in check.unsentFields {
                let key = node["set"]?.entries?.first { $0.key.scalar == path.description }?.key
                diagnostics.warning(at: key?.location ?? node.location, warning)
            }
        }
        for destination in destinations {
            let ways = zip(routes, nodes).filter { $0.0.destinations.contains(destination.name) }
            guard let place = ways.first?.1 else { continue }
            for warning in destination.unfilledFields(by: ways.map(\.0), from: sources) {
                diagnostics.warning(at: place["to"]?.location ?? place.location, warning)
            }
        }
    }
}

/// One route beside the sources and destinations that it joins.
struct RouteCheck {
    let number: Int
    let route: Route
    let sources: [(source: SourceConfiguration, known: KnownWords)]
    let destinations: [DestinationConfiguration]

    // MARK: A condition that is never true

    /// Sources of which the condition is never true. A route from every source may leave some out on purpose, but not all.
    var emptyConditions: [String] {
        guard let condition = route.condition else { return [] }
        let empty = sources.compactMap { source, known in
            condition.impossiblePart(known).map { sentence(source, known, $0.part, $0.field) }
        }
        return route.sources == nil && empty.count < sources.count ? [] : empty
    }

    private func sentence(_ source: SourceConfiguration, _ known: KnownWords, _ part: Expression, _ field: Field?) -> String {
        let beginning = "route \(number) takes nothing from source '\(source.name)': it wants \(part.text())"
        guard let field, let words = known.words[field] else { return beginning }
        if words.isEmpty { return "\(beginning), but \(source.mapping.tracker)'s requests give no \(field.name)" }
        let list = (words.count == 1 ? "" : "one of ") + words.joined(separator: ", ")
        return "\(beginning), but that source's \(field.name) is \(known.present.contains(field) ? "always" : "absent or") \(list)"
    }

    // MARK: A status that the destination has no parameter for

    private static let unfinished = ["pending", "pending_review"]

    /// What waits for a decision must not look like what was approved.
    var unheardStatuses: [String] {
        destinations.compactMap { destination in
            let statuses = Self.unfinished.filter { status in
                !destination.hears(status) && sources.contains { sends(status, $0.known) }
            }
            guard !statuses.isEmpty else { return nil }
            let senders = sources.filter { source in statuses.contains { sends($0, source.known) } }
            let names = senders.map { "'\($0.source.name)'" }.joined(separator: " and ")
            let tests = statuses.count == 1 ? "== \"\(statuses[0])\"" : "in [\(statuses.map { "\"\($0)\"" }.joined(separator: ", "))]"
            let always = sources.allSatisfy { $0.known.present.contains(.status) }
            let way = always ? #"status == "approved""# : "not (status \(tests))"
            let more = route.condition == nil ? "when: \(way)" : "… and \(way)"
            return
                "route \(number) sends what is \(statuses.joined(separator: " or ")) at \(names) to '\(destination.name)', and \(destination.namedWay) "
                + "has no parameter for a status, so it counts as approved there; to send it once it is approved write \(more)"
        }
    }

    /// Whether a conversion with this status can take the route.
    private func sends(_ status: String, _ known: KnownWords) -> Bool {
        guard known.words[.status]?.contains(status) ?? false else { return false }
        return route.condition?.canBe(true, known.narrowed(.status, to: status)) ?? true
    }

    // MARK: A field that is sent nowhere

    /// Fields that the route sets, and that none of its destinations has a parameter for.
    var unsentFields: [(path: FieldPath, sentence: String)] {
        route.assignments.compactMap { path, _ in
            guard !destinations.isEmpty, !destinations.contains(where: { $0.sends(path) }) else { return nil }
            let ways = destinations.map { "'\($0.name)' (\($0.namedWay))" }.joined(separator: " and ")
            let verb = destinations.count == 1 ? "has" : "have"
            return (path, "route \(number) sets \(path), but \(ways) \(verb) no parameter for it, so it is not sent")
        }
    }
}

extension DestinationConfiguration {
    /// Fields that the tracker requires, and that no sender fills on any of these routes: everything is skipped then.
    fileprivate func unfilledFields(by routes: [Route], from sources: [SourceConfiguration]) -> [String] {
        guard case .tracker(let writer) = target else { return [] }
        let senders = routes.flatMap { route in
            sources.filter { route.sources?.contains($0.name) ?? true }.map { (route: route, source: $0) }
        }
        guard !senders.isEmpty else { return [] }
        return writer.mapping.neededIdentifiers.compactMap { path, name in
            let isFilled = senders.contains { route, source in
                route.assignments.contains { $0.path == path } || source.defaults.contains { $0.path == path } || source.mapping.reads(path)
            }
            if isFilled { return nil }
            var names: [String] = []
            for (_, source) in senders where !names.contains("'\(source.name)'") { names.append("'\(source.name)'") }
            let own = path.description == name ? "" : " for its \(name)"
            return
                "'\(self.name)' needs a \(path)\(own), and no sender on a route there has one: \(names.joined(separator: ", ")); everything would be "
                + "skipped, so give the route a set: { \(path): … }, or the source a default"
        }
    }

    /// For sentences: `RefCampaign`, `its postback_url`.
    fileprivate var namedWay: String {
        switch target {
        case .tracker(let writer): writer.mapping.tracker
        case .postback: "its postback_url"
        }
    }

    fileprivate func sends(_ path: FieldPath) -> Bool {
        switch target {
        case .tracker(let writer): writer.mapping.sends(path)
        case .postback(let url): url.sends(path)
        }
    }

    /// Whether a conversion with this status looks different there from an approved one, or is not sent.
    fileprivate func hears(_ status: String) -> Bool {
        switch target {
        case .tracker(let writer):
            let known = KnownWords().narrowed(.status, to: status)
            return writer.mapping.writes(.field(.status))
                || writer.mapping.checks.contains { $0.side != .in && !$0.need.canBe(true, known) }
        case .postback(let url): return url.writes(.field(.status))
        }
    }
}
