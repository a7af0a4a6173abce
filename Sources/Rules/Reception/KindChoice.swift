import Mappings

/// What kind of message a request is, if a tracker has several kinds at one address.
extension [PathTable.Match] {
    /// Those of each tracker cut down to the one kind that the request is of; what is of no kind is `unknown`, so that its sender is known
    /// before it is refused.
    ///
    /// If the kind depends on what a source has set, each kind has the sources for which the request is of it.
    func chosen(for request: RawRequest) -> [PathTable.Match] {
        guard contains(where: \.tracker.hasKinds) else { return self }
        var chosen: [PathTable.Match] = []
        var settled: [ReceivingTracker] = []
        for match in self {
            guard match.tracker.hasKinds, match.endpoint != .list, match.takes(request.method) else {
                chosen.append(match)
                continue
            }
            if settled.contains(where: { $0 === match.tracker }) { continue }
            settled.append(match.tracker)
            let kinds = filter { $0.tracker === match.tracker && $0.endpoint != .list && $0.takes(request.method) }
            chosen += kinds.kinds(of: request)
        }
        return chosen
    }

    /// A tracker's kinds at one address, cut down to those that the request is of.
    private func kinds(of request: RawRequest) -> [PathTable.Match] {
        let mapping = self[0].tracker.mapping
        guard mapping.kindsDependOnSettings, contains(where: { !$0.sources.isEmpty }) else {
            return [kind(of: request, settings: mapping.kindsDependOnSettings ? mapping.settingValues([:]) : [])]
        }
        var chosen: [PathTable.Match] = []
        for source in self[0].tracker.sources {
            let own = filter { $0.sources.contains { $0 === source } }
            if own.isEmpty { continue }
            var match = own.kind(of: request, settings: source.settingValues)
            if let place = chosen.firstIndex(where: { $0.endpoint == match.endpoint }) {
                chosen[place].sources.append(source)
            } else {
                match.sources = [source]
                chosen.append(match)
            }
        }
        return chosen
    }

    private func kind(of request: RawRequest, settings: [Value]) -> PathTable.Match {
        let kind = self[0].tracker.mapping.kind(of: request, among: compactMap(\.endpoint.kind), settings: settings)
        if let match = first(where: { $0.endpoint.kind == kind }) { return match }
        var match = self[0]
        match.endpoint = .message(kind)
        return match
    }
}
