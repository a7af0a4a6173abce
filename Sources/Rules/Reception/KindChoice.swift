import Mappings

/// What kind of message a request is, if a tracker has several kinds at one address.
extension [PathTable.Match] {
    /// Those of each tracker cut down to the one kind that the request is of.
    ///
    /// A condition goes before no condition: first the kinds of message in the order of the mapping, then what is ignored; then the kind
    /// that takes the rest. What is of no kind is `unknown`, so that its sender is known before it is refused.
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
            chosen.append(kinds.kind(of: request))
        }
        return chosen
    }

    /// The one that the request is of, among a tracker's kinds at one address.
    private func kind(of request: RawRequest) -> PathTable.Match {
        if let match = first(where: { $0.mapping.request.condition?.isTrue(request) ?? false }) { return match }
        let ignores = self[0].tracker.mapping.ignores
        if let index = ignores.firstIndex(where: { $0.condition?.isTrue(request) ?? false }) {
            return self[0].turned(into: .ignored(index))
        }
        if let match = first(where: { $0.mapping.request.condition == nil }) { return match }
        if let index = ignores.firstIndex(where: { $0.condition == nil }) { return self[0].turned(into: .ignored(index)) }
        return self[0].turned(into: .unknown)
    }
}

extension PathTable.Match {
    fileprivate func turned(into endpoint: Endpoint) -> Self {
        var match = self
        match.endpoint = endpoint
        return match
    }
}

extension Mapping {
    /// The refusal of a request that is none of the kinds at its address.
    var unknownKind: Refusal {
        let conditions = [request.condition] + messages.map { $0.inbound?.request.condition }
        let known = conditions.compactMap { $0?.source }.map { "`\($0)`" }.joined(separator: ", ")
        return Refusal(
            .invalid,
            "this is no kind of message that the mapping of \(tracker) knows here: none of \(known) is true; "
                + "if such messages are no conversions, name them under 'ignores' of the mapping")
    }
}
