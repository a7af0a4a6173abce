/// What a request is, of what a tracker sends to one address.
package enum MessageKind: Sendable, Hashable {
    /// A conversion by the main request.
    case conversion
    /// The mapping's entry at this index: a further kind of message.
    case message(Int)
    /// A documented message that is no conversion: the mapping's entry at this index.
    case ignored(Int)
    /// None that the mapping knows.
    case unknown
}

extension Mapping {
    /// Whether more than the address decides what kind of message a request is.
    package var hasConditions: Bool {
        !ignores.isEmpty || request.condition != nil || messages.contains { $0.inbound?.request.condition != nil }
    }

    /// Whether a request may be of one kind for one source and of another kind for another.
    package var kindsDependOnSettings: Bool {
        let conditions = ignores.map(\.condition) + [request.condition] + messages.map { $0.inbound?.request.condition }
        return conditions.contains { $0?.looksAtSettings ?? false }
    }

    /// The one that the request is of, among the kinds that its address and method leave, in the order of the mapping.
    ///
    /// A condition goes before no condition: first the kinds of message, then what is ignored; then the kind that takes the rest.
    ///
    /// - Parameter settings: of the source, as `settingValues` has them.
    package func kind(of request: RawRequest, among kinds: [MessageKind], settings: [Value]) -> MessageKind {
        func fits(_ condition: RequestCondition?) -> Bool { condition?.isTrue(request, settings: settings) ?? false }
        if let kind = kinds.first(where: { fits(self.request(of: $0)?.condition) }) { return kind }
        if let index = ignores.firstIndex(where: { fits($0.condition) }) { return .ignored(index) }
        if let kind = kinds.first(where: { self.request(of: $0).map { $0.condition == nil } ?? false }) { return kind }
        return ignores.firstIndex { $0.condition == nil }.map(MessageKind.ignored) ?? .unknown
    }

    /// The kinds whose requests have this address and method.
    func kinds(at path: String, method: String) -> [MessageKind] {
        let all = [MessageKind.conversion] + messages.indices.map(MessageKind.message)
        return all.filter { kind in
            guard let request = request(of: kind), request.methods.contains(method) else { return false }
            return request.paths.contains { $0.match(path) != nil }
        }
    }

    /// Nil for what has no request of its own, or is only sent.
    private func request(of kind: MessageKind) -> RequestPlan? {
        switch kind {
        case .conversion: request
        case .message(let index): messages[index].inbound?.request
        case .ignored, .unknown: nil
        }
    }

    /// The refusal of a request that is none of the kinds at its address.
    package var unknownKind: Refusal {
        let conditions = [request.condition] + messages.map { $0.inbound?.request.condition }
        let known = conditions.compactMap { $0?.source }.map { "`\($0)`" }.joined(separator: ", ")
        return Refusal(
            .invalid,
            "this is no kind of message that the mapping of \(tracker) knows here: none of \(known) is true; "
                + "if such messages are no conversions, name them under 'ignores' of the mapping")
    }
}
