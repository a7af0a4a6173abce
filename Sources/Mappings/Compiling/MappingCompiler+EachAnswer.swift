extension MappingCompiler {
    /// `each: { place: "results[]", id: event_id }` among the replies.
    mutating func eachAnswer(_ node: YAMLNode, of request: RequestPlan) -> EachAnswer? {
        var map = YAMLFields(node, subject: "'each' of the replies", into: &diagnostics)
        let place = map.require("place", &diagnostics)
        let text = place?.text("place", &diagnostics)
        var id = map.text("id", &diagnostics)
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
        return EachAnswer(place: steps.dropLast() + (name.isEmpty ? [] : [name]), id: id)
    }
}
