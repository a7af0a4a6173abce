import Mappings

/// Finds the trackers and sources that a path leads to: every tracker documents its own path, and `/<source>/` before it names the source.
package struct PathTable: Sendable {
    /// What a path leads to; several trackers may share one.
    package struct Match: Sendable {
        package enum Endpoint: Sendable, Equatable {
            case message(MessageKind)
            /// The tracker's list of conversions.
            case list

            var kind: MessageKind? { if case .message(let kind) = self { kind } else { nil } }
        }
        package var tracker: ReceivingTracker
        package var endpoint: Endpoint
        package var sources: [ReceivingSource]
        /// The variable segments of the path, decoded.
        package var pathValues: [String: String]
        /// What was tolerated to find it; nil if the path is as it should be.
        package var warning: String?

        package init(tracker: ReceivingTracker, endpoint: Endpoint, sources: [ReceivingSource], pathValues: [String: String]) {
            self.tracker = tracker
            self.endpoint = endpoint
            self.sources = sources
            self.pathValues = pathValues
        }

        /// What the request is read with and answered by. Lent, since a copy would count a reference to each part of a mapping.
        package var mapping: Mapping {
            _read {
                if case .message(.message(let index)) = endpoint, let own = tracker.mapping.messages[index].inbound {
                    yield own
                } else {
                    yield tracker.mapping
                }
            }
        }

        fileprivate func warning(of path: String, takenFor other: String) -> Match {
            var match = self
            let secret = tracker.mapping.secretPaths
            let (path, other) = (secret.reduce(path) { $1.masked($0) }, secret.reduce(other) { $1.masked($0) })
            match.warning = "the request came to \(path.quotedBriefly), which was taken for \(other.quotedBriefly): send to that"
            return match
        }

        package func takes(_ method: String) -> Bool { methods.contains(method) }

        package var methods: [String] {
            switch endpoint {
            case .message(.message(let index)): tracker.mapping.messages[index].inbound?.request.methods ?? tracker.mapping.request.methods
            case .message: tracker.mapping.request.methods
            case .list: Self.ofList
            }
        }

        private static let ofList = ["GET"]

        // What every good request asks for goes to the mapping itself. A mapping that is lent is copied by some callers after all, and all threads
        // count the same references then.

        func parse(_ request: WireRequest) throws(Refusal) -> ParsedRequest {
            if case .message(.message(let index)) = endpoint, let own = tracker.mapping.messages[index].inbound {
                return try own.parse(request, pathValues: pathValues)
            }
            return try tracker.mapping.parse(request, pathValues: pathValues)
        }

        func reply(_ name: String, to conversion: Conversion, _ variables: ReplyVariables) -> WireReply {
            if case .message(.message(let index)) = endpoint, let own = tracker.mapping.messages[index].inbound {
                return own.reply(name, to: conversion, variables)
            }
            return tracker.mapping.reply(name, to: conversion, variables)
        }

        /// A request that holds several conversions, as a request for each.
        package func requests(in request: WireRequest) -> [WireRequest]? { tracker.takesSeveral ? mapping.requests(in: request) : nil }
    }

    private struct Pattern: Sendable {
        var path: PathPlan
        var tracker: ReceivingTracker
        var endpoint: Match.Endpoint

        /// The sources that answer in these segments, if the path is like this.
        func match(_ path: String, among sources: (ReceivingTracker) -> [ReceivingSource]) -> Match? {
            self.path.match(path).map { values in
                Match(tracker: tracker, endpoint: endpoint, sources: sources(tracker).filter { $0.answers(values) }, pathValues: values)
            }
        }
    }

    /// Paths without variable segments.
    private var fixed: [String: [Match]] = [:]
    private var patterns: [Pattern] = []
    package let trackers: [ReceivingTracker]
    /// Of all sources.
    private let names: Set<String>

    package init(_ trackers: [ReceivingTracker]) {
        self.trackers = trackers
        names = Set(trackers.flatMap(\.sources).map(\.name))
        for tracker in trackers {
            for path in tracker.mapping.request.paths { add(path, .message(.conversion), tracker) }
            if let list = tracker.mapping.list { add(list.path, .list, tracker) }
            for (index, message) in tracker.mapping.messages.enumerated() {
                for path in message.inbound?.request.paths ?? [] { add(path, .message(.message(index)), tracker) }
            }
        }
    }

    private mutating func add(_ path: PathPlan, _ endpoint: Match.Endpoint, _ tracker: ReceivingTracker) {
        let isFixed = path.segments.allSatisfy { if case .literal = $0 { true } else { false } }
        guard isFixed else { return patterns.append(Pattern(path: path, tracker: tracker, endpoint: endpoint)) }
        fixed[PathPlan(segments: path.segments).description, default: []]
            .append(Match(tracker: tracker, endpoint: endpoint, sources: tracker.sources, pathValues: [:]))
    }

    /// In the order of the configuration file; a slash at the path's end does not matter.
    ///
    /// A path that does not fit is looked for without slashes that are doubled, and without segments in front: a proxy or a sender put them there.
    /// What is found that way has a warning. If a path's segments name a source that does not exist, the match is without sources, and the
    /// request is answered like one with a wrong secret, so that no stranger finds out names.
    package func matches(_ path: String) -> [Match] {
        let found = documented(path)
        if found.contains(where: { !$0.sources.isEmpty }) { return found }
        return tolerated(path) ?? found
    }

    /// How many segments may be in front of a documented path.
    private static let mostSegmentsInFront = 8

    /// A source's name in front says whose the request is, so it is never left out.
    private func tolerated(_ path: String) -> [Match]? {
        guard path.utf8.first == UInt8(ascii: "/"), path.utf8.count <= 2048 else { return nil }
        let segments = path.split(separator: "/")
        let front = segments.prefix { !names.contains(String($0).percentDecoded) && $0 != "." && $0 != ".." }
        for count in 0...min(Self.mostSegmentsInFront, max(0, segments.count - 1), front.count) {
            let rest = segments.dropFirst(count).reduce(into: "") { $0 += "/" + $1 }
            if rest == path { continue }
            let found = documented(rest).filter { !$0.sources.isEmpty }
            if !found.isEmpty { return found.map { $0.warning(of: path, takenFor: rest) } }
        }
        return nil
    }

    /// Those that `path` leads to as it is. A source's name in front wins over a variable segment, whose value it would be.
    private func documented(_ path: String) -> [Match] {
        if let found = atFixed(path) { return found }
        let open = patterns.compactMap { $0.match(path) { $0.sources } }
        guard let (name, rest) = Self.split(path) else { return open }
        var named: [Match] = []
        for var match in atFixed(rest) ?? [] {
            match.sources = match.tracker.sources(named: name)
            named.append(match)
        }
        named += patterns.compactMap { $0.match(rest) { $0.sources(named: name) } }
        return named.contains { !$0.sources.isEmpty } ? named : open + named
    }

    private func atFixed(_ path: String) -> [Match]? {
        if let found = fixed[path] { return found }
        return path.utf8.last == UInt8(ascii: "/") && path.utf8.count > 1 ? fixed[String(path.dropLast())] : nil
    }

    /// `/shop-de/v1/event` is `shop-de` and `/v1/event`.
    private static func split(_ path: String) -> (name: String, rest: String)? {
        guard path.utf8.first == UInt8(ascii: "/") else { return nil }
        let tail = path.dropFirst()
        // A tracker may be at the root.
        guard let slash = tail.firstIndex(of: "/") else { return tail.isEmpty ? nil : (String(tail).percentDecoded, "/") }
        guard slash > tail.startIndex else { return nil }
        return (String(tail[..<slash]).percentDecoded, String(tail[slash...]))
    }
}
