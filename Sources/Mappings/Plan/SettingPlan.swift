/// A choice that a mapping leaves to the operator: `settings:` of a source or destination.
package struct SettingPlan: Sendable {
    package enum Side: String, Sendable, CaseIterable { case source, destination }
    package enum Kind: String, Sendable, CaseIterable { case text, flag, list, map }

    package var name: String
    package var kind: Kind
    /// The values it may have; empty takes any.
    package var values: [String]
    package var initial: SettingValue?
    /// The sides that may set it, and those that must.
    package var sides: Set<Side>
    package var requiredBy: Set<Side>
    /// The words that may stand in it, if fields that have a closed list of them take their words from it.
    package var known: [String]?
    /// The field whose default it is, and which must be able to hold it.
    package var path: FieldPath?
}
