/// One entry of `updates:`, bound to a destination.
struct UpdateWriter: Sendable {
    let name: String
    private let condition: Expression?
    private let way: Way

    private enum Way {
        case request(MappingWriter)
        case skip(Template)
    }

    /// - Parameter make: binds the entry's own mapping to the destination.
    init(_ plan: UpdatePlan, _ make: (Mapping) throws(PathPlan.MissingSetting) -> MappingWriter) throws(PathPlan.MissingSetting) {
        name = plan.name
        condition = plan.condition
        switch plan.way {
        case .request(let mapping, _), .resend(let mapping): way = .request(try make(mapping))
        case .skip(let sentence): way = .skip(sentence)
        }
    }

    var mapping: Mapping? {
        if case .request(let writer) = way { writer.mapping } else { nil }
    }

    /// Nil if the entry is not for this correction.
    func write(_ input: borrowing ExpressionInput, at now: Timestamp) throws(Skip) -> OutboundRequest? {
        guard condition?.isTrue(input) ?? true else { return nil }
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
    /// Writes a correction by the first entry that is for it. The reason of a skip names what is not sent.
    func writeUpdate(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        let input = ExpressionInput(conversion, variables: settingValues + [.text(conversion.change)])
        for update in updates {
            if let request = try update.write(input, at: now) { return request }
        }
        let takes = updates.isEmpty ? "takes no corrections" : "has no call for this correction"
        throw Skip("\(mapping.tracker) \(takes), so \(conversion.change) was not sent")
    }

    /// - Parameter update: of the request that was answered.
    package func interpret(status: Int, headers: [String: String] = [:], body: [UInt8], update: String?) -> ReplyReading? {
        asked(by: update).interpret(status: status, headers: headers, body: body)
    }

    /// Whether the tracker documents an answer with this status.
    package func documents(status: Int, update: String?) -> Bool { asked(by: update).documents(status: status) }

    private func asked(by update: String?) -> Mapping {
        update.flatMap { name in updates.first { $0.name == name }?.mapping } ?? mapping
    }
}
