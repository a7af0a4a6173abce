/// One thing that was sold, as the producer knows it: everything that must be found again, exact, at every destination.
struct Sale: Sendable {
    let number: Int
    let dialect: Dialect
    let coin: Coin
    /// In the currency's minor unit.
    let amount: Int
    /// `s42-17`: the run's seed and the sale's number.
    let key: String
    /// What goes back of it later, step by step, each step another amount; in the minor unit.
    let refunds: [Int]
    /// Whether the first step is sent before the sale itself.
    let isRefundedFirst: Bool

    init(number: Int, seed: UInt64, mayBeRefunded: Bool) {
        var dice = Dice(seed: seed, "sale", "\(number)")
        self.number = number
        dialect = Dialect.allCases[Int.random(in: 0..<Dialect.allCases.count, using: &dice)]
        coin = dialect == .refVenue ? .dollar : Coin.all[Int.random(in: 0..<Coin.all.count, using: &dice)]
        // Small, middling and large amounts, and each of the last digits.
        amount = Int.random(in: 1...[99, 99_999, 9_999_999_999][Int.random(in: 0..<3, using: &dice)], using: &dice)
        key = "s\(seed)-\(number)"
        // A destination that refused a sale may get it as a smaller sale once part of it went back. The soak does not test that.
        let isRefusable =
            Destinations.strictTemper(seed).fate(of: "c-\(key)") == .isRefused
            || Destinations.poisonedTemper(seed).fate(of: "c-\(key)") == .isPoison
        let isRefunded = mayBeRefunded && dialect.hasRefunds && amount > 10 && !isRefusable && dice.happens(0.25)
        let first = Int.random(in: 1...max(1, amount / 3), using: &dice)
        let second = dice.happens(0.5) ? amount - first : Int.random(in: amount / 3 + 1...max(amount / 2, amount / 3 + 1), using: &dice)
        refunds = !isRefunded ? [] : dice.happens(0.5) ? [first] : [first, second]
        isRefundedFirst = isRefunded && dice.happens(0.2)
    }

    /// What finds the sale again at every destination.
    var click: String { "c-\(key)" }
    /// What finds one of its refunds again.
    func name(ofRefund amount: Int) -> String { "\(click)#\(amount)" }
    /// Absent in dialects that have no order id: their conversions go out under the gateway's id.
    var orderID: String? { dialect.hasOrderID ? key : nil }
}
