/// One documented reply: what we answer, and how we know it when a tracker answers it.
package struct ReplyPlan: Sendable {
    /// `accepted`, `review`, `duplicate`, a failure's code, or a name of the mapping's own.
    package var name: String
    package var status: Int
    /// Whether the file says the status.
    var isStatusGiven: Bool
    package var body: Body
    /// What a tracker's reply must look like to be this one.
    var match: Match
    package var matchesStatus: Int?
    /// What the reply means for a delivery.
    package var outcome: ReplyReading.Outcome

    package enum Body: Sendable {
        case none
        case json(JSONTemplate)
        case text(ReplyText)
        case xml(XMLTemplate)
    }

    /// What an answer must have. All of it.
    struct Match: Sendable {
        let body: Body
        /// In lower case.
        let headers: [(name: String, pattern: TextPattern)]
        /// The texts of elements and attributes, by their path: `/response/status`, `/response/@code`.
        let elements: [(path: XMLPath, pattern: TextPattern)]
        /// How much of it is fixed: of the entries that fit, the one with the most counts.
        let weight: Weight

        init(
            body: Body, headers: [(name: String, pattern: TextPattern)] = [], elements: [(path: XMLPath, pattern: TextPattern)] = []
        ) {
            self.body = body
            self.headers = headers
            self.elements = elements
            let count = headers.count + elements.count
            weight =
                switch body {
                case .none: Weight(besides: count)
                case .json(let template): Weight(besides: count, fixed: template.weight)
                case .xml(let template): Weight(besides: count, fixed: template.content.weight)
                case .text(let text): Weight(besides: count, isExact: text.pattern.isExact, fixed: text.pattern.count)
                }
        }

        var isNone: Bool {
            if case .none = body { headers.isEmpty && elements.isEmpty } else { false }
        }
    }

    struct Weight: Comparable {
        /// Headers and elements.
        var besides = 0
        /// One text and no other.
        var isExact = false
        /// Values or characters.
        var fixed = 0

        static func < (left: Self, right: Self) -> Bool {
            (left.besides, left.isExact ? 1 : 0, left.fixed) < (right.besides, right.isExact ? 1 : 0, right.fixed)
        }
    }
}
