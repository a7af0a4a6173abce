/// One documented reply: what we answer, and how we know it when a tracker answers it.
package struct ReplyPlan: Sendable {
    /// `accepted`, `review`, `duplicate`, a failure's code, or a name of the mapping's own.
    package var name: String
    package var status: Int
    package var body: Body
    /// What a tracker's reply must look like to be this one; `body` if the file says nothing else.
    package var match: Body
    package var matchesStatus: Int?
    /// What the reply means for a delivery.
    package var outcome: ReplyReading.Outcome

    package enum Body: Sendable {
        case none
        case json(JSONTemplate)
        case text(Template)

        var isNone: Bool {
            if case .none = self { true } else { false }
        }

        /// How much of it is fixed: the reply with the most is tried first.
        var weight: Int {
            switch self {
            case .none: 0
            case .json(let template): template.weight
            case .text(let template): template.onlyLiteral == nil ? 1 : 2
            }
        }
    }
}
