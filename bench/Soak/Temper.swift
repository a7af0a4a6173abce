/// How a sink treats a request, drawn from the seed: the same for the same sale at its n-th arrival.
struct Temper: Sendable {
    enum Treatment: Sendable, Equatable {
        case accept
        /// 409 if it took the message before; else accepts.
        case acceptOrConflict
        /// Accepts after a while.
        case slow(milliseconds: Int)
        /// Takes it, and answers 200 with a page.
        case page
        case fail(status: Int)
        /// 429 with `Retry-After: 1`.
        case tooMany
        /// No answer at all.
        case hang
        case reset
        /// Takes it, and its answer breaks off behind a 200.
        case resetMidReply
        /// Bytes that are not HTTP.
        case notHTTP
        /// Takes it, and its 200 comes a byte at a time and never ends.
        case drip
        /// 422, for good.
        case refuse
        /// 200 with a body that says no, for good.
        case refuseInBody
    }

    /// What will become of a sale at this sink in the end.
    enum Fate: Sendable, Equatable {
        case arrives, isRefused, isNeverTaken
        /// Answered with 500 each time, among sales that are taken at once.
        case isPoison
    }

    let seed: UInt64
    let sink: String
    /// How much of what arrives is treated badly.
    let badness: Double
    /// How much is refused for good, and how much is never taken.
    var doom = 0.0
    /// How much is poison.
    var poison = 0.0

    func fate(of click: String) -> Fate {
        // A refund has no fate of its own: a sink takes in the end every refund that it receives.
        guard !click.contains("#") else { return .arrives }
        var dice = Dice(seed: seed, "fate", sink, click)
        if poison > 0 { return dice.happens(poison) ? .isPoison : .arrives }
        guard dice.happens(doom) else { return .arrives }
        return dice.happens(0.5) ? .isRefused : .isNeverTaken
    }

    func treatment(of click: String, arrival: Int) -> Treatment {
        var dice = Dice(seed: seed, "treatment", sink, click, "\(arrival)")
        switch fate(of: click) {
        case .isRefused:
            var words = Dice(seed: seed, "refusal", click)
            return words.happens(0.5) ? .refuse : .refuseInBody
        case .isNeverTaken: return .fail(status: 503)
        case .isPoison: return .fail(status: 500)
        case .arrives: break
        }
        // RefCampaign, which `strict` is, documents its 409 as another merchant's id.
        guard dice.happens(badness) else { return arrival > 1 && sink != Destinations.strict ? .acceptOrConflict : .accept }
        switch Int.random(in: 0..<100, using: &dice) {
        case 0..<25: return .fail(status: [500, 502, 503, 504].randomElement(using: &dice) ?? 500)
        case 25..<35: return .tooMany
        case 35..<40: return .hang
        case 40..<50: return .reset
        case 50..<60: return .resetMidReply
        case 60..<65: return .notHTTP
        case 65..<70: return .drip
        case 70..<80: return .page
        default: return .slow(milliseconds: Int.random(in: 20...400, using: &dice))
        }
    }
}
