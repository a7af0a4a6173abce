/// A currency and the digits of its minor unit, and amounts of it as whole numbers: the oracle's own arithmetic, which shares
/// no code with what it judges.
struct Coin: Hashable, Sendable {
    let code: String
    let digits: Int

    static let all = [
        Coin(code: "EUR", digits: 2), Coin(code: "USD", digits: 2), Coin(code: "JPY", digits: 0), Coin(code: "KWD", digits: 3),
    ]
    static let dollar = all[1]

    private var unit: Int { (0..<digits).reduce(1) { product, _ in product * 10 } }

    /// 4990 as `49.90`.
    func text(_ minor: Int) -> String {
        guard digits > 0 else { return String(minor) }
        let rest = String(abs(minor) % unit)
        return (minor < 0 ? "-" : "") + "\(abs(minor) / unit)." + String(repeating: "0", count: digits - rest.count) + rest
    }

    /// `49.90`, `49.9` and `49.900` as 4990; nil for what is no plain decimal or has more than these digits.
    func minor(_ text: String) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy("0123456789".contains) }) else { return nil }
        var decimals = parts.count == 2 ? String(parts[1]) : ""
        while decimals.count > digits, decimals.last == "0" { decimals.removeLast() }
        guard decimals.count <= digits else { return nil }
        return Int(parts[0] + decimals + String(repeating: "0", count: digits - decimals.count))
    }
}
