import Mappings

/// What a configuration says, as a number for each part, to find what another one changes. Numbers mean nothing outside this process.
struct ConfigurationFingerprint: Sendable, Equatable {
    /// By name: the part of the file with the variables put in, its tracker's mapping and the lists that it names.
    var sources: [String: Int] = [:]
    var destinations: [String: Int] = [:]
    var routes: [Int] = []
    /// The other keys of the file, `limits` key by key: `limits.body`.
    var keys: [String: Int] = [:]
    /// Which of `sources`, `destinations` and `routes` is last in the file, since a file that was cut short lacks its end.
    var lastList: String?

    /// Keys that count at once.
    private static let live: Set<String> = [
        "trusted_proxies", "request_id_header", "limits.body", "limits.bodies", "limits.connections_per_address", "limits.waiting",
        "reload", "tls", "console.users", "console.metrics_token", "metrics_token",
    ]

    /// What is different in `next`, as parts of a sentence; none if nothing is.
    func changes(to next: Self) -> [String] {
        var changes: [String] = []
        for (noun, before, after) in [("source", sources, next.sources), ("destination", destinations, next.destinations)] {
            let added = after.keys.filter { before[$0] == nil }
            let removed = before.keys.filter { after[$0] == nil }
            let changed = after.keys.filter { before[$0] != nil && before[$0] != after[$0] }
            for (verb, names) in [("added", added), ("removed", removed), ("changed", changed)] where !names.isEmpty {
                changes.append("\(noun)\(names.count == 1 ? "" : "s") \(names.sorted().joined(separator: ", ")) \(verb)")
            }
        }
        changes += Self.routeChanges(routes, next.routes)
        let keys = Self.changed(keys, next.keys).filter { Self.live.contains($0) }
        if !keys.isEmpty { changes.append("\(keys.joined(separator: ", ")) changed") }
        return changes
    }

    /// Keys that are different in `next` and count from the next start only.
    func changesAtStart(to next: Self) -> [String] { Self.changed(keys, next.keys).filter { !Self.live.contains($0) } }

    private static func changed(_ before: [String: Int], _ after: [String: Int]) -> [String] {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    /// Routes have no names, so they are counted.
    private static func routeChanges(_ before: [Int], _ after: [Int]) -> [String] {
        let difference = after.difference(from: before)
        let (added, removed) = (difference.insertions.count, difference.removals.count)
        return [(added, "added"), (removed, "removed")].filter { $0.0 > 0 }.map { "\($0.0.of("route")) \($0.1)" }
    }
}

extension YAMLNode {
    /// The same for two nodes that say the same, wherever they stand.
    func combine(into hasher: inout Hasher) {
        switch content {
        case .scalar(let text, let isPlain):
            hasher.combine(text)
            hasher.combine(isPlain)
        case .list(let elements):
            hasher.combine(elements.count)
            for element in elements { element.combine(into: &hasher) }
        case .map(let entries):
            hasher.combine(entries.count)
            for entry in entries {
                entry.key.combine(into: &hasher)
                entry.value.combine(into: &hasher)
            }
        }
    }

    var fingerprint: Int {
        var hasher = Hasher()
        combine(into: &hasher)
        return hasher.finalize()
    }
}
