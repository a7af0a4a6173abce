/// How a country's telephone numbers are dialled.
struct PhonePlan: Sendable {
    /// `49`: what stands between `+` and the number.
    let callingCode: String
    /// What is dialled before a number inside the country, longest first: `0`. Never part of the number.
    let trunkPrefixes: [String]
    /// What is dialled before a calling code: `00`, `011`. Nil if it differs by the carrier.
    let exitPrefix: String?
    /// How many digits a line's or a mobile's number has.
    let lengths: Set<Int>

    /// The columns of the table of countries; nil if there is no calling code.
    init?(_ callingCode: String, _ trunk: String, _ exit: String, _ lengths: String) {
        guard callingCode != "-" else { return nil }
        self.callingCode = callingCode
        trunkPrefixes = trunk == "-" ? [] : trunk.split(separator: "/").map(String.init)
        exitPrefix = exit == "-" ? nil : exit
        self.lengths = Set(
            lengths.split(separator: ",").flatMap { part in
                let bounds = part.split(separator: "-").compactMap { Int($0) }
                return Array(bounds[0]...bounds[bounds.count - 1])
            })
    }

    /// Calling codes that are no country's: satellites, free calls, networks.
    private static let others = ["800", "808", "870", "878", "881", "882", "883", "888", "979"]

    /// Every calling code, and whether a zero that is dialled inside the country may have been left behind it: `+49 (0)30`.
    private static let byCode: [String: Bool] = {
        var codes: [String: Bool] = [:]
        for code in others { codes[code] = false }
        for country in Country.all {
            guard let plan = country.phones else { continue }
            codes[plan.callingCode] = codes[plan.callingCode] ?? true && plan.trunkPrefixes == ["0"]
        }
        return codes
    }()

    /// What follows the calling code at the beginning, and whether a zero may be left there.
    static func split(_ digits: Substring) -> (code: Substring, rest: Substring, dropsZero: Bool)? {
        for count in 1...3 where digits.count > count {
            let code = digits.prefix(count)
            if let dropsZero = byCode[String(code)] { return (code, digits.dropFirst(count), dropsZero) }
        }
        return nil
    }
}
