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
}
