/// Documented messages that are no conversion: answered as their sender expects, counted, and neither stored nor kept.
package struct IgnorePlan: Sendable {
    /// Nil for every message that is of no other kind.
    package var condition: RequestCondition?
    /// Why they are no conversion, for people.
    package var reason: String
}
