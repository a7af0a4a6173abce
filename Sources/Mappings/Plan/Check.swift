/// A rule over the whole conversion that single fields cannot say: one of several identifiers, no refunds.
package struct Check: Sendable {
    package enum Side: String, Sendable, CaseIterable { case `in`, out, both }

    package var need: Expression
    /// Why not, where it does not hold; may hold expressions.
    package var sentence: Template
    package var code: FailureCode
    package var side: Side
}
