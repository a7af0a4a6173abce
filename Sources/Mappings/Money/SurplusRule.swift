/// What becomes of an amount with more decimals than its currency has, if somebody says so: `rounding:` of a source or destination, or a word in a
/// mapping's `money(…)`.
package enum SurplusRule: Sendable, Hashable {
    case refuse
    case round(RoundingMode)

    package static let words = ["refuse"] + RoundingMode.allCases.map(\.rawValue)

    package init?(word: String) {
        if word == "refuse" {
            self = .refuse
        } else if let mode = RoundingMode(rawValue: word) {
            self = .round(mode)
        } else {
            return nil
        }
    }
}
