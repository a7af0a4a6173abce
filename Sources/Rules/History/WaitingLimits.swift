/// How many corrections may wait for conversions that have not come.
package struct WaitingLimits: Sendable, Equatable {
    /// For one conversion: the commit that stores it applies all of them.
    package var perKey = 100
    package var perSource = 10_000

    package init(perKey: Int = 100, perSource: Int = 10_000) {
        self.perKey = perKey
        self.perSource = perSource
    }

    /// Why one more may not wait; nil if it may.
    package func excess(ofKey: Int, ofSource: Int) -> Excess? {
        if ofKey >= perKey { return .ofKey(perKey) }
        return ofSource >= perSource ? .ofSource(perSource) : nil
    }

    /// With the number that may wait.
    package enum Excess: Sendable, Equatable {
        case ofKey(Int)
        case ofSource(Int)

        package var sentence: String {
            switch self {
            case .ofKey(let most): "\(most) corrections wait for its conversion, which is not stored here, and no more may wait"
            case .ofSource(let most): "\(most) corrections of its source wait for their conversions, and no more may wait"
            }
        }
    }
}
