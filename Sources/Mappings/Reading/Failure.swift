/// One thing that is wrong with a request.
package struct Failure: Error, Sendable, Equatable {
    /// What a reply, a list and a metric call it; a mapping may name its own.
    package var code: FailureCode
    /// The parameter's wire name, if it is about one.
    package var field: String?
    package var sentence: String

    package init(_ code: FailureCode, field: String? = nil, _ sentence: String) {
        self.code = code
        self.field = field
        self.sentence = sentence
    }
}
