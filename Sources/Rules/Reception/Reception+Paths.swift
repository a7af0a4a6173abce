import Mappings

extension Reception {
    /// What answers at a path, in a method.
    package enum Place {
        /// - Parameter first: the first of the matches that takes the method.
        case trackers([PathTable.Match], first: PathTable.Match)
        /// A platform looks whether the address lives: the answer needs no credential, and nothing comes of the request.
        case handshake(ReceptionReply, of: PathTable.Match)
        /// Nothing answers at this path, or not in this method.
        case nowhere(ReceptionReply, Refusal)
    }

    package func find(_ arrival: Arrival) -> Place {
        let request = arrival.request
        if case .named(let source, _) = arrival.sender { return find(request, of: source) }
        let matches = paths.matches(request.path)
        guard !matches.isEmpty else { return nowhere("nothing answers at \(request.path.quotedBriefly)") }
        var chosen = matches
        if matches.contains(where: \.tracker.looksInside) {
            let raw = RawRequest(request)
            if let (reply, match) = handshake(raw, matches, at: arrival.receivedAt) { return .handshake(reply, of: match) }
            chosen = matches.chosen(for: raw)
        }
        guard let first = chosen.first(where: { $0.takes(request.method) }) else { return methodRefusal(arrival, matches) }
        return .trackers(chosen, first: first)
    }

    /// An operator names the request's source, so the path only decides which of the tracker's requests it is: the main one if it has none.
    private func find(_ request: WireRequest, of name: String) -> Place {
        let own = paths.matches(request.path).compactMap { match -> PathTable.Match? in
            guard let source = match.sources.first(where: { $0.name == name }), match.takes(request.method) else { return nil }
            var match = match
            match.sources = [source]
            return match
        }
        if let match = own.chosen(for: RawRequest(request)).first(where: { $0.endpoint != .list }) {
            return .trackers([match], first: match)
        }
        for tracker in paths.trackers {
            guard let source = tracker.sources.first(where: { $0.name == name }) else { continue }
            let match = PathTable.Match(tracker: tracker, endpoint: .message(.conversion), sources: [source], pathValues: [:])
            return .trackers([match], first: match)
        }
        return nowhere("the configuration has no source '\(name)'")
    }

    private func handshake(
        _ request: RawRequest, _ matches: [PathTable.Match], at now: Timestamp
    ) -> (ReceptionReply, PathTable.Match)? {
        for match in matches {
            if let reply = match.tracker.mapping.handshakeReply(to: request, at: now) { return (ReceptionReply(reply), match) }
        }
        return nil
    }

    private func nowhere(_ sentence: String) -> Place { .nowhere(.error(.notFound, sentence), Refusal(.notFound, sentence)) }

    private func methodRefusal(_ arrival: Arrival, _ matches: [PathTable.Match]) -> Place {
        var methods: [String] = []
        for method in matches.flatMap(\.methods) where !methods.contains(method) { methods.append(method) }
        let wanted = methods.joined(separator: " or ")
        let refusal = Refusal(.methodNotAllowed, "method \(arrival.request.method.quotedBriefly) is not answered here; send \(wanted)")
        var reply = reply(refusal, arrival, matches[0].mapping)
        reply.headers.append(("Allow", methods.joined(separator: ", ")))
        return .nowhere(reply, refusal)
    }
}
