/// The fields that a mapping writes as parameters or headers, in the order in which they are written.
struct ParameterShape: Sendable {
    private let parameters: [(name: String, index: Int)]

    /// - Parameter parameters: `index` is the field's place in the mapping.
    init(_ parameters: [(name: String, index: Int)], isSorted: Bool) {
        self.parameters = isSorted ? parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : parameters
    }

    /// Objects and lists have no text, so they are left out.
    func pairs(_ wires: [WireValue]) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for parameter in parameters {
            switch wires[parameter.index] {
            case .absent, .null, .blank, .tree: continue
            case .bool(let flag): pairs.append((parameter.name, flag ? "true" : "false"))
            case .string(let text), .number(let text): pairs.append((parameter.name, text))
            }
        }
        return pairs
    }
}
