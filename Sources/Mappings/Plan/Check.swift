/// A rule over the whole conversion that no single field can express: one of several identifiers, no refunds.
package struct Check: Sendable {
    package enum Side: String, Sendable, CaseIterable { case `in`, out, both }

    package var need: Expression
    /// The reason if it is not met; may hold expressions.
    package var sentence: Template
    package var code: FailureCode
    package var side: Side
    /// Whether it counts for a correction too that is sent as the main request once more.
    package var isForCorrections = false
    /// `need` as the file has it.
    package var source: String
}

extension Check {
    /// Why a conversion is not sent. A check that was written for first messages names itself if it holds back a correction.
    func skip(_ input: borrowing ExpressionInput) -> Skip {
        let sentence = sentence.text(input)
        guard isForCorrections, !input.conversion[.update].isAbsent else { return Skip(sentence) }
        return Skip("\(sentence) (the check '\(source)', which counts for corrections too)")
    }
}
