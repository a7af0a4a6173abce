/// One thing that was sold, as the producer knows it: everything that must be found again, exact, at every destination.
struct Sale: Sendable {
    let number: Int
    let dialect: Dialect
    let coin: Coin
    /// In the currency's minor unit.
    let amount: Int
    /// `s42-17`: the run's seed and the sale's number.
    let key: String

    init(number: Int, seed: UInt64) {
        var dice = Dice(seed: seed, "sale", "\(number)")
        self.number = number
        dialect = Dialect.allCases[Int.random(in: 0..<Dialect.allCases.count, using: &dice)]
        coin = dialect == .refVenue ? .dollar : Coin.all[Int.random(in: 0..<Coin.all.count, using: &dice)]
        // Small, middling and large amounts, and each of the last digits.
        amount = Int.random(in: 1...[99, 99_999, 9_999_999_999][Int.random(in: 0..<3, using: &dice)], using: &dice)
        key = "s\(seed)-\(number)"
    }

    /// What finds the sale again at every destination.
    var click: String { "c-\(key)" }
    /// Absent in dialects that have no order id: their conversions go out under the gateway's id.
    var orderID: String? { dialect.hasOrderID ? key : nil }
}
