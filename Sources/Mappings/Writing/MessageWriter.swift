/// One entry of `messages:` or `updates:`, bound to a destination.
struct MessageWriter: Sendable {
    let name: String
    let role: MessagePlan.Role
    private let condition: Expression?
    private let way: Way

    private enum Way {
        case request(MappingWriter)
        case skip(Template)
    }

    /// - Parameter make: binds the entry's own mapping to the destination.
    init(_ plan: MessagePlan, _ make: (Mapping) throws(PathPlan.MissingSetting) -> MappingWriter) throws(PathPlan.MissingSetting) {
        name = plan.name
        role = plan.role
        condition = plan.condition
        switch plan.way {
        case .request(let mapping, _), .resend(let mapping): way = .request(try make(mapping))
        case .skip(let sentence): way = .skip(sentence)
        }
    }

    var mapping: Mapping? {
        if case .request(let writer) = way { writer.mapping } else { nil }
    }

    /// Decided by the order, if the conversion is one line of it: so all lines are written alike.
    func fits(_ input: borrowing ExpressionInput) -> Bool {
        guard let condition else { return true }
        if input.conversion.line == nil { return condition.isTrue(input) }
        return condition.isTrue(ExpressionInput(input.conversion.whole, variables: input.variables, now: input.now))
    }

    /// Nil if the entry is not for this conversion or correction.
    func write(_ input: borrowing ExpressionInput, at now: Timestamp) throws(Skip) -> OutboundRequest? {
        guard fits(input) else { return nil }
        switch way {
        case .request(let writer):
            var request = try writer.writeRequest(input.conversion, at: now)
            request.update = name
            return request
        case .skip(let sentence): throw Skip(sentence.text(input))
        }
    }
}

extension MappingWriter {
    /// Writes a first message by the first entry that is for it, else by the main request.
    func writeFirst(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        if hasOtherFirsts {
            let input = ExpressionInput(conversion, variables: settingValues)
            for message in messages where message.role == .first {
                if let request = try message.write(input, at: now) { return request }
            }
        }
        return try writeRequest(conversion, at: now)
    }

    /// Writes a correction by the first entry that is for it. The reason of a skip names what is not sent.
    func writeUpdate(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        // Corrections that were stored before this field was known have none.
        let conversion = conversion[.remaining].isAbsent ? conversion.withRemaining : conversion
        let input = ExpressionInput(conversion, variables: settingValues + [.text(conversion.change)])
        for message in messages where message.role == .correction {
            if let request = try message.write(input, at: now) { return request }
        }
        let takes = mapping.updates.isEmpty ? "takes no corrections" : "has no call for this correction"
        throw Skip("\(mapping.tracker) \(takes), so \(conversion.change) was not sent")
    }

    /// - Parameter update: the entry that the answered request was written by.
    package func interpret(status: Int, headers: [String: String] = [:], body: [UInt8], update: String?) -> ReplyReading? {
        if let asked = asked(by: update) { return asked.interpret(status: status, headers: headers, body: body) }
        return mapping.interpret(status: status, headers: headers, body: body)
    }

    /// Whether the tracker documents an answer with this status.
    package func documents(status: Int, update: String?) -> Bool { (asked(by: update) ?? mapping).documents(status: status) }

    /// Nil for the main request.
    private func asked(by name: String?) -> Mapping? { name.flatMap { name in messages.first { $0.name == name }?.mapping } }
}
