/// A rule over the whole conversion that no single field can express: one of several identifiers, no refunds.
package struct Check: Sendable {
    package enum Side: String, Sendable, CaseIterable { case `in`, out, both }

    package var need: Expression
    /// The reason if it is not met; may hold expressions.
    package var sentence: Template
    package var code: FailureCode
    package var side: Side
}
