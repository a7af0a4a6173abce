/// How far a clock is from UTC: `+03:00`, `-0500`, `Z`.
///
/// Zones with names, such as Europe/Berlin, are left out: governments change their rules, and a program's own list would be wrong one day
/// without anybody seeing it.
struct ZoneOffset: Sendable, Hashable {
    /// East of UTC.
    let minutes: Int64

    static let utc = ZoneOffset(minutes: 0)

    static func parse(_ text: String) throws(FieldFailure) -> ZoneOffset {
        if ["Z", "z", "UTC"].contains(text) { return .utc }
        let digits = text.dropFirst().filter { $0 != ":" }
        guard let sign = text.first, sign == "+" || sign == "-", digits.utf8.count == 4, digits.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
            let number = Int64(digits), number / 100 <= 23, number % 100 < 60
        else {
            let hint = text.contains(where: \.isLetter) ? "; zones with names change their rules, so only offsets are known" : ""
            throw FieldFailure("\(text.quotedBriefly) is no offset from UTC; write it as +01:00\(hint)")
        }
        let minutes = number / 100 * 60 + number % 100
        return ZoneOffset(minutes: sign == "-" ? -minutes : minutes)
    }

    /// `+01:00`, or `+0100` without a colon.
    func text(colon: String) -> String {
        let (hours, rest) = minutes.magnitude.quotientAndRemainder(dividingBy: 60)
        return "\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours)\(colon)\(rest < 10 ? "0" : "")\(rest)"
    }
}
