extension MappingCompiler {
    /// `each: { place: "results[]", id: event_id }` among the replies.
    mutating func eachAnswer(_ node: YAMLNode, of request: RequestPlan) -> EachAnswer? {
        var map = YAMLFields(node, subject: "'each' of the replies", into: &diagnostics)
        let place = map.require("place", &diagnostics)
        let text = place?.text("place", &diagnostics)
        var id = map.text("id", &diagnostics)
        let errors = map.take("errors").flatMap { self.errors($0) }
        let refused = map.take("refused").map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        map.finish(&diagnostics)
        if request.list == nil {
            diagnostics.error(
                at: node.location, "'each' is for a request that holds a list of conversions; name that list, such as list: data")
        }
        guard let text, let place else { return nil }
        let steps = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard let last = steps.last, last.hasSuffix("[]"), steps.dropLast().allSatisfy({ !$0.isEmpty && !$0.contains("[") }) else {
            diagnostics.error(
                at: place.location,
                "'place' is the list in the answer that has an element for each conversion, such as results[], found '\(text)'")
            return nil
        }
        if let known = id, known.hasPrefix("{"), known.hasSuffix("}") { id = String(known.dropFirst().dropLast()) }
        let name = String(last.dropLast(2))
        return EachAnswer(place: steps.dropLast() + (name.isEmpty ? [] : [name]), id: id, errors: errors, refused: refused)
    }

    /// `errors: { place: "failure.details[].errors[]", position: location.index, as: error }`.
    private mutating func errors(_ node: YAMLNode) -> EachAnswer.Errors? {
        var map = YAMLFields(node, subject: "'errors' of 'each'", into: &diagnostics)
        let place = map.require("place", &diagnostics)
        let position = map.require("position", &diagnostics)
        let member = map.text("as", &diagnostics) ?? "error"
        let refused = map.take("refused").map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        map.finish(&diagnostics)
        guard let place, let position, let list = place.text("place", &diagnostics), let number = position.text("position", &diagnostics)
        else { return nil }
        let steps = EachAnswer.Errors.steps(list)
        if steps?.last != .each {
            diagnostics.error(
                at: place.location, "'place' of 'errors' is a list in the answer, such as failure.details[].errors[], found '\(list)'")
        }
        let numberSteps = EachAnswer.Errors.steps(number)
        if numberSteps?.contains(.each) ?? true {
            diagnostics.error(
                at: position.location,
                "'position' leads from an error to the number of its conversion, from 0, such as location.path[0].index, found '\(number)'")
        }
        guard let steps, let numberSteps else { return nil }
        return EachAnswer.Errors(place: steps, position: numberSteps, member: member, refused: refused)
    }
}

extension EachAnswer.Errors {
    /// `details[].errors[]` or `path[0].index`; nil if it is none.
    fileprivate static func steps(_ text: String) -> [Step]? {
        var steps: [Step] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            var pieces = part.split(separator: "[", omittingEmptySubsequences: false)
            let name = pieces.removeFirst()
            guard !name.isEmpty, !name.contains("]") else { return nil }
            steps.append(.member(String(name)))
            for piece in pieces {
                guard piece.last == "]" else { return nil }
                if piece == "]" {
                    steps.append(.each)
                } else if let index = Int(piece.dropLast()), index >= 0 {
                    steps.append(.element(index))
                } else {
                    return nil
                }
            }
        }
        return steps
    }
}
