import Mappings

/// One of the parts of a condition that `and` joins; each must be true.
struct ConditionPart: Sendable {
    let expression: Expression
    /// As `MissedRoutes` keeps it: the part, and each field that it looks at.
    let kept: String

    /// Characters of a part, and fields of it, that are kept. A part may be a list of a thousand words.
    private static let longest = 200
    private static let mostFields = 8

    init(_ expression: Expression, hiding secrets: SecretFinder? = nil) {
        self.expression = expression
        let text = expression.text()
        let columns = [(secrets?.masked(text) ?? text).cut(to: Self.longest)] + expression.paths.prefix(Self.mostFields).map(\.description)
        kept = columns.map { String($0.map { $0.isNewline || $0 == "\t" ? " " : $0 }) }.joined(separator: "\t")
    }

    static func parts(of condition: Expression?) -> [ConditionPart] {
        condition.map { $0.conjuncts.map { ConditionPart($0) } } ?? []
    }
}

extension String {
    /// Cut at a space, so that nothing is kept that is only the beginning of an address.
    fileprivate func cut(to length: Int) -> String {
        guard count > length else { return self }
        let start = prefix(length)
        return (start.lastIndex(of: " ").map { start[..<$0] } ?? "") + " …"
    }
}
