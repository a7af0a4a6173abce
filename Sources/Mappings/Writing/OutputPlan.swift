/// The place of each of a mapping's values in the requests that it writes.
struct OutputPlan: Sendable {
    let query: ParameterShape
    let headers: ParameterShape
    /// Nil if requests are written without a body.
    let body: (any BodyWriter)?
    /// Whether items have a place in the request.
    let hasItems: Bool

    /// - Parameter constants: credentials in the body.
    init(_ mapping: Mapping, constants: [(name: String, value: String)]) {
        let written = mapping.fields.indices.filter { mapping.fields[$0].writing != nil && !mapping.fields[$0].isKey }
        func fields(_ places: FieldPlan.Place...) -> [BodyShape.Field] {
            written.filter { places.contains(mapping.fields[$0].place) }.map { mapping.shape(of: $0) }
        }
        query = ParameterShape(fields(.query), isSorted: mapping.request.isSorted)
        headers = ParameterShape(fields(.header), isSorted: mapping.request.isSorted)
        body = mapping.request.writtenFormat?.writer(
            of: BodyShape(
                constants: constants, fields: fields(.body, .envelope), isSorted: mapping.request.isSorted, batch: mapping.request.list,
                xmlRoot: mapping.request.xmlRoot))
        hasItems = written.contains { mapping.fields[$0].isItem }
    }
}

extension Mapping {
    /// Where a field is written. Lists that lead to the items are written as lists of one.
    fileprivate func shape(of index: Int) -> BodyShape.Field {
        let field = fields[index]
        var steps = field.path.steps
        var items: Int?
        if case .list(let step)? = field.items { items = step }
        for place in steps.indices where steps[place].isList && place < items ?? 0 { steps[place] = .position(0) }
        if field.join != nil, let inner = steps.lastIndex(where: \.isList), inner != items { steps.removeSubrange(inner...) }
        var key: Int?
        if let items { key = fields.firstIndex { $0.isKey && $0.path.steps == Array(field.path.steps[...items]) } }
        return BodyShape.Field(name: field.name, steps: steps, items: items, key: key, index: index)
    }
}
