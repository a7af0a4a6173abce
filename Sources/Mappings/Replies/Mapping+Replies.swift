extension Mapping {
    /// Whether the tracker documents a reply of its own for a conversion that it holds for review.
    package var answersReview: Bool { replies.contains { $0.name == "review" } }

    /// Words a reply as the tracker would.
    ///
    /// - Parameter name: `accepted`, `review`, `duplicate` or a failure's code; the mapping's `error` reply is used for a code that it does not name.
    package func reply(_ name: String, to conversion: Conversion, _ variables: ReplyVariables) -> WireReply {
        let input = ExpressionInput(conversion, variables: variables.values, now: variables.now)
        var code: FailureCode? = FailureCode(rawValue: name)
        while let current = code {
            if let plan = replies.first(where: { $0.name == current.rawValue }) {
                return write(plan, status: plan.status, input, variables)
            }
            code = current.fallback
        }
        if name == Self.ignored { return WireReply(status: 200, contentType: Self.jsonType, body: []) }
        let failure = FailureCode(rawValue: name)
        let status = failure.status
        if let plan = replies.first(where: { $0.name == "error" }) {
            // What is to be sent again must not look as if it had been taken.
            return write(plan, status: plan.isStatusGiven && !failure.isTemporary ? plan.status : status, input, variables)
        }
        var json = JSONWriter()
        json.write(["error": .string(variables.refusal?.reason ?? name)])
        return WireReply(status: status, contentType: Self.jsonType, body: json.bytes)
    }

    /// The reply to a documented message that is no conversion; an empty 200 if the mapping does not name it.
    package static let ignored = "ignored"

    /// A reply that is about no conversion.
    func reply(_ status: Int, _ body: ReplyPlan.Body, at now: Timestamp) -> WireReply {
        let match = ReplyPlan.Match(body: .none)
        let plan = ReplyPlan(
            name: "", status: status, isStatusGiven: true, body: body, match: match, matchesStatus: nil, outcome: .delivered)
        let nobody = Conversion(id: ConversionID(high: 0, low: 0), source: "", tracker: name, receivedAt: now)
        let variables = ReplyVariables()
        return write(plan, status: status, ExpressionInput(nobody, variables: variables.values, now: now), variables)
    }

    private static let jsonType = BodyFormats.json.contentType

    private func write(_ plan: ReplyPlan, status: Int, _ input: borrowing ExpressionInput, _ variables: ReplyVariables) -> WireReply {
        switch plan.body {
        case .none: return WireReply(status: status, contentType: Self.jsonType, body: [])
        case .text(let template):
            return WireReply(status: status, contentType: "text/plain; charset=utf-8", body: Array(template.text(input).utf8))
        case .xml(let template):
            return WireReply(status: status, contentType: BodyFormats.xml.contentType, body: template.document(input, lists: variables))
        case .json(let template):
            var json = JSONWriter(capacity: 192)
            template.write(input, lists: variables, into: &json)
            return WireReply(status: status, contentType: Self.jsonType, body: json.bytes)
        }
    }

    /// The documented list of conversions; nil if the tracker has none.
    package func listReply(_ conversions: [Conversion], limit: Int, offset: Int, now: Timestamp) -> WireReply? {
        guard let list else { return nil }
        var variables = ReplyVariables()
        variables.limit = Int64(limit)
        variables.offset = Int64(offset)
        variables.now = now
        variables.conversions = conversions.map { conversion in
            var own = ReplyVariables()
            own.id = conversion.id.description
            return list.each.value(ExpressionInput(conversion, variables: own.values))
        }
        let anyone = Conversion(id: ConversionID(high: 0, low: 0), source: "", tracker: name, receivedAt: now)
        var json = JSONWriter()
        list.body.write(ExpressionInput(anyone, variables: variables.values, now: now), lists: variables, into: &json)
        return WireReply(status: list.status, contentType: Self.jsonType, body: json.bytes)
    }

    /// Recognises a tracker's reply: the documented one with the most in common, or nil if none fits.
    ///
    /// A success is also recognised by its body alone: a tracker that documents 200 may answer 201.
    ///
    /// - Parameter headers: those of `answerHeaders`, by their names in lower case.
    package func interpret(status: Int, headers: [String: String] = [:], body: [UInt8]) -> ReplyReading? {
        let answer = TrackerAnswer(status: status, headers: headers, body: body)
        guard let (index, captured) = best(for: answer) else { return nil }
        let value = answer.json
        let message =
            captured["reason"]?.plainText.flatMap { $0.isBlank ? nil : $0 } ?? value?["message"]?.plainText ?? value?["error"]?.plainText
            ?? value?["error"]?["message"]?.plainText
        return ReplyReading(
            outcome: replies[index].outcome, ground: replies[index].match.isNone ? .status : .body, message: message,
            remoteID: captured["id"]?.plainText,
            retryAfter: (captured["retry_after"] ?? value?["retry_after"])?.plainText.flatMap { Int64($0) }.flatMap {
                $0 >= 0 && $0 < 1 << 40 ? .seconds($0) : nil
            })
    }

    /// The place of the reply among `replies`, and what the answer has in the places of its names.
    private func best(for answer: TrackerAnswer) -> (index: Int, captured: [String: JSONValue])? {
        best({ replies[$0].accepts(answer.status) }, answer) ?? best({ replies[$0].isLike(answer.status) }, answer)
    }

    private func best(_ isMeant: (Int) -> Bool, _ answer: TrackerAnswer) -> (index: Int, captured: [String: JSONValue])? {
        var best: (index: Int, captured: [String: JSONValue])?
        for index in replies.indices where isMeant(index) && replies[index].isAnAnswer {
            if let best, replies[index].match.weight <= replies[best.index].match.weight { continue }
            guard let captured = answer.captures(of: replies[index].match) else { continue }
            best = (index, captured)
        }
        return best
    }

    /// What an answer that is just like a documented one is read as; nil if it is read as that one.
    func reply(readInPlaceOf plan: ReplyPlan) -> ReplyPlan? {
        guard let answer = plan.match.sample(status: plan.matchesStatus ?? plan.status), let (winner, _) = best(for: answer) else {
            return nil
        }
        return replies[winner].name == plan.name ? nil : replies[winner]
    }

    /// The headers of an answer that its replies look at, in lower case.
    package var answerHeaders: [String] {
        let own = replies + updates.flatMap { $0.mapping?.replies ?? [] }
        return Array(Set(own.flatMap { $0.match.headers.map(\.name) })).sorted()
    }

    /// Whether a reply with this status is documented.
    package func documents(status: Int) -> Bool { replies.contains { $0.isAnAnswer && $0.accepts(status) } }

    /// Whether the tracker's own answers are pages.
    package var answersInHTML: Bool {
        replies.contains { plan in
            guard case .text(let text) = plan.match.body else { return false }
            return text.literals.contains { $0.lowercased().contains("<html") }
        }
    }
}

extension ReplyPlan {
    /// Whether a tracker gives it to a conversion: `error` stands for any mistake, and `ignored` is for what is no conversion.
    var isAnAnswer: Bool { name != "error" && name != Mapping.ignored }

    fileprivate func accepts(_ status: Int) -> Bool {
        if let matchesStatus { return status == matchesStatus }
        return status == self.status
    }

    /// Whether it may be this one with another 2xx than the documented one.
    fileprivate func isLike(_ status: Int) -> Bool {
        (200..<300).contains(status) && (200..<300).contains(matchesStatus ?? self.status) && match.weight > ReplyPlan.Weight()
    }
}

extension JSONValue {
    /// The text of a string or number.
    package var plainText: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }
}
