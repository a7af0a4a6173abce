extension Mapping {
    /// Whether an answer to several conversions says what became of each.
    package var answersEach: Bool { eachAnswer != nil }

    /// One answer to several conversions, made of those that each of them would get alone.
    ///
    /// If the tracker has no list of answers, it takes all of them or none: then it is the first that refuses, else the first.
    package func reply(toEach replies: [WireReply]) -> WireReply {
        let (good, bad) = (replies.first { $0.isGood }, replies.first { !$0.isGood })
        guard let frame = good ?? bad else { return WireReply(status: 200, contentType: "", body: []) }
        guard let each = eachAnswer else { return bad ?? frame }
        // If all of them are refused alike, nothing has to be said of each.
        if good == nil, replies.allSatisfy({ $0 == frame }) { return frame }
        var mistakes: [JSONValue] = []
        let elements = replies.enumerated().map { index, reply -> JSONValue in
            let body = try? JSONValue(parsing: reply.body)
            if reply.isGood { return body?.value(at: each.place[...])?.firstElement ?? .object([:]) }
            var variables = ReplyVariables()
            let reason = interpret(status: reply.status, body: reply.body)?.message ?? "it was refused"
            variables.refusal = Refusal(.invalid, reason)
            let input = ExpressionInput(.nobody, variables: variables.values)
            if let errors = each.errors, let refused = errors.refused {
                mistakes.append(refused.value(input).with(.number("\(index)"), along: errors.position[...]))
            }
            return each.refused?.value(input) ?? .object([:])
        }
        let base = good.flatMap { try? JSONValue(parsing: $0.body) } ?? .object([:])
        var body = base.with(.array(elements), at: each.place[...])
        if let errors = each.errors, !mistakes.isEmpty { body = body.with(.array(mistakes), along: errors.place.dropLast()[...]) }
        var json = JSONWriter()
        json.write(body)
        return WireReply(status: good?.status ?? 200, contentType: frame.contentType, body: json.bytes)
    }
}

extension WireReply {
    fileprivate var isGood: Bool { (200..<300).contains(status) }
}

extension JSONValue {
    fileprivate var firstElement: JSONValue? { if case .array(let elements) = self { elements.first } else { nil } }

    /// With this value where the steps lead to; each list on the way has one element.
    fileprivate func with(_ value: JSONValue, along steps: ArraySlice<EachAnswer.Errors.Step>) -> JSONValue {
        guard let step = steps.first else { return value }
        switch step {
        case .member(let name):
            var object = if case .object(let own) = self { own } else { JSONObject() }
            object[name] = (object[name] ?? .object([:])).with(value, along: steps.dropFirst())
            return .object(object)
        case .element, .each:
            return .array([(firstElement ?? .object([:])).with(value, along: steps.dropFirst())])
        }
    }
}
