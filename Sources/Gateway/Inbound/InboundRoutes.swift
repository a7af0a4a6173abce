import Mappings

/// Finds who may be meant by a path: every tracker documents its own, and `/<source>/` before it names the source outright.
struct InboundRoutes: Sendable {
    /// What a path leads to; several trackers may share one.
    struct Match: Sendable {
        enum Endpoint: Sendable, Equatable {
            case conversions, list
            /// Corrections by the mapping's update at this index.
            case update(Int)
        }
        var tracker: InboundTracker
        var endpoint: Endpoint
        var sources: [InboundSource]
        /// The variable segments of the path, decoded.
        var pathValues: [String: String]

        /// What the request is read with and answered by.
        var mapping: Mapping {
            if case .update(let index) = endpoint, let own = tracker.mapping.updates[index].inbound { own } else { tracker.mapping }
        }

        func takes(_ method: String) -> Bool { methods.contains(method) }

        var methods: [String] {
            switch endpoint {
            case .conversions: tracker.mapping.request.methods
            case .update: mapping.request.methods
            case .list: ["GET"]
            }
        }
    }

    private struct Pattern: Sendable {
        var path: PathPlan
        var tracker: InboundTracker
        var endpoint: Match.Endpoint
    }

    /// Paths without variable segments, with and without a source in front.
    private var fixed: [String: [Match]] = [:]
    private var patterns: [Pattern] = []
    let trackers: [InboundTracker]

    init(_ trackers: [InboundTracker]) {
        self.trackers = trackers
        for tracker in trackers {
            add(tracker.mapping.request.path, .conversions, tracker)
            if let list = tracker.mapping.list { add(list.path, .list, tracker) }
            for (index, update) in tracker.mapping.updates.enumerated() {
                if let own = update.inbound { add(own.request.path, .update(index), tracker) }
            }
        }
    }

    private mutating func add(_ path: PathPlan, _ endpoint: Match.Endpoint, _ tracker: InboundTracker) {
        let isFixed = path.segments.allSatisfy { if case .literal = $0 { true } else { false } }
        guard isFixed else { return patterns.append(Pattern(path: path, tracker: tracker, endpoint: endpoint)) }
        let text = path.description
        fixed[text, default: []].append(Match(tracker: tracker, endpoint: endpoint, sources: tracker.sources, pathValues: [:]))
        for source in tracker.sources {
            fixed["/\(source.name)\(text)", default: []]
                .append(Match(tracker: tracker, endpoint: endpoint, sources: [source], pathValues: [:]))
        }
    }

    /// In the order of the configuration file; a slash at the path's end does not matter.
    func matches(_ path: String) -> [Match] {
        if let found = fixed[path] { return found }
        if path.utf8.last == UInt8(ascii: "/"), path.utf8.count > 1, let found = fixed[String(path.dropLast())] { return found }
        var found: [Match] = []
        for pattern in patterns {
            if let values = pattern.path.match(path) { add(pattern, pattern.tracker.sources, values, to: &found) }
            guard let (name, rest) = Self.split(path) else { continue }
            guard let source = pattern.tracker.sources.first(where: { $0.name == name }) else { continue }
            if let values = pattern.path.match(rest) { add(pattern, [source], values, to: &found) }
        }
        return found
    }

    private func add(_ pattern: Pattern, _ sources: [InboundSource], _ values: [String: String], to found: inout [Match]) {
        let sources = sources.filter { $0.answers(values) }
        if !sources.isEmpty {
            found.append(Match(tracker: pattern.tracker, endpoint: pattern.endpoint, sources: sources, pathValues: values))
        }
    }

    /// `/shop-de/v1/event` is `shop-de` and `/v1/event`.
    private static func split(_ path: String) -> (name: String, rest: Substring)? {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        let tail = path.dropFirst()
        guard let slash = tail.firstIndex(of: "/") else { return nil }
        return (String(tail[..<slash]).percentDecoded, tail[slash...])
    }
}
