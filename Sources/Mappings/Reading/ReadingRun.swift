/// The state of one request while its fields are read.
struct ReadingRun {
    /// The conversion as far as it is read; expressions see it here.
    var input: ExpressionInput
    var context: ConverterContext
    var failures: [Failure]
    /// Where each field came from, by canonical name; nil notes nothing.
    var origins: [String: String]?

    /// What words settle of other fields; applied when all are read.
    var settled: [(field: Field, word: String, wire: String)] = []
    /// Amounts are not judged if the currency itself was refused: one mistake, one sentence.
    var lacksCurrency = false

    /// By the field's name: why its value, which counts as absent, is refused if the conversion needs one.
    var odd: [String: String] = [:]
    /// Parts of items that were not sent and have a default.
    private(set) var gaps: [Gap] = []

    /// The items that have no value for one field.
    struct Gap {
        var field: String
        /// The first of them.
        var positions: [Int]
        var count: Int
    }
    /// About items, beyond those that are listed.
    var unlistedWarnings = 0

    /// As of `ParsedRequest`.
    var extraNames: [String: Int] = [:]

    /// Keeps a value that another parameter of the same field was preferred to.
    mutating func keep(_ name: String, _ value: WireValue) {
        input.conversion.extra.append(ParsedRequest.free(name, &extraNames), value.jsonValue)
    }

    mutating func noteField(_ path: FieldPath) {
        if origins != nil { origins?[path.description] = context.field }
    }

    mutating func note(_ path: FieldPath, _ origin: @autoclosure () -> String) {
        if origins != nil { origins?[path.description] = origin() }
    }

    mutating func noteGap(of field: String, at position: Int) {
        guard let index = gaps.firstIndex(where: { $0.field == field }) else {
            return gaps.append(Gap(field: field, positions: [position], count: 1))
        }
        gaps[index].count += 1
        if gaps[index].count <= 3 { gaps[index].positions.append(position) }
    }
}

extension ReadingRun.Gap {
    /// `items[1].price was not sent`, `items[1].price, items[2].price and 3 more of 9 were not sent`.
    func sentence(of total: Int, _ name: ItemName) -> String {
        let names = positions.map { name.text(at: $0) }
        if count == 1 { return "\(names[0]) was not sent" }
        let others = count - names.count
        if others > 0 { return "\(names.joined(separator: ", ")) and \(others) more of \(total) were not sent" }
        return "\(names.dropLast().joined(separator: ", ")) and \(names[names.count - 1]) were not sent"
    }
}
