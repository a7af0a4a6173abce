/// The place of each of a mapping's values in the requests that it writes.
struct OutputPlan: Sendable {
    let query: ParameterShape
    let headers: ParameterShape
    /// Nil if requests are written without a body.
    let body: (any BodyWriter)?
    /// Whether items have a place in the body.
    let hasItems: Bool

    /// - Parameter constants: credentials in the body.
    init(_ mapping: Mapping, constants: [(name: String, value: String)]) {
        let written = mapping.fields.indices.filter { mapping.fields[$0].writing != nil }
        func fields(_ place: FieldPlan.Place) -> [Int] { written.filter { mapping.fields[$0].place == place } }
        func shape(_ place: FieldPlan.Place) -> ParameterShape {
            ParameterShape(fields(place).map { (mapping.fields[$0].name, $0) }, isSorted: mapping.request.isSorted)
        }
        query = shape(.query)
        headers = shape(.header)
        let members = fields(.body).map { (name: mapping.fields[$0].name, path: mapping.fields[$0].path, index: $0) }
        body = mapping.request.writtenFormat?.writer(
            of: BodyShape(constants: constants, fields: members, isSorted: mapping.request.isSorted))
        hasItems = members.contains { mapping.fields[$0.index].isItem }
    }
}
