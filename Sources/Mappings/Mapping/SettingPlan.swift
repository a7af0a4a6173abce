/// A choice that a mapping leaves to the operator: `settings:` of a source or destination.
package struct SettingPlan: Sendable {
    package enum Side: String, Sendable, CaseIterable { case source, destination }
    package enum Kind: String, Sendable, CaseIterable { case text, flag, list }

    package var name: String
    package var kind: Kind
    /// The values it may have; empty takes any.
    package var values: [String]
    package var initial: SettingValue?
    /// The sides that may set it, and those that must.
    package var sides: Set<Side>
    package var requiredBy: Set<Side>
}

/// What an operator chose.
package enum SettingValue: Sendable, Hashable {
    case text(String)
    case flag(Bool)
    case list([String])

    package var value: Value {
        switch self {
        case .text(let text): text.isEmpty ? .absent : .text(text)
        case .flag(let flag): .flag(flag)
        case .list(let texts): .text(texts.joined(separator: ","))
        }
    }

    package var texts: [String] {
        switch self {
        case .text(let text): [text]
        case .flag(let flag): [flag ? "true" : "false"]
        case .list(let texts): texts
        }
    }
}
