extension Function {
    func number(_ value: Value) -> Value {
        switch value {
        case .number: value
        case .text(let text): (try? ExactDecimal.meant(by: text.trimmed)).map { .number($0.value) } ?? .absent
        default: .absent
        }
    }

    static func round(_ number: ExactDecimal, to place: Value) -> ExactDecimal? {
        switch decimals(place) {
        case .number(let count)?: number.rounded(toDecimals: count, .halfUp)
        case .all?: number
        case nil: nil
        }
    }

    /// A text with exactly so many decimals, rounded as `round` does; of a currency without an exponent, all that there are.
    func decimals(_ value: Value, _ place: Value) -> Value {
        guard case .number(let number) = value else { return .absent }
        switch Self.decimals(place) {
        case .number(let count)?: return Value(number.rounded(toDecimals: count, .halfUp).text(decimals: count))
        case .all?: return .text(number.description)
        case nil: return .absent
        }
    }

    private enum Decimals {
        case number(Int)
        case all
    }

    /// A number of decimals, or those of a currency.
    private static func decimals(_ place: Value) -> Decimals? {
        switch place {
        case .number(let decimals): decimals.int64.flatMap { (0...30).contains($0) ? .number(Int($0)) : nil }
        case .text(let code): Currency(code: code)?.minorUnits.map { .number($0) } ?? .all
        default: nil
        }
    }

    func unixTime(_ value: Value) -> Value {
        guard case .time(let time) = value else { return .absent }
        return switch self {
        case .unix: .number(ExactDecimal(time.seconds))
        case .unixMilliseconds: .number(ExactDecimal(time.milliseconds))
        default: .number(ExactDecimal(time.microseconds))
        }
    }
}

extension Timestamp {
    /// So many seconds later, to the microsecond; nil beyond the years that can be written.
    func advanced(bySeconds seconds: ExactDecimal) -> Timestamp? {
        guard let exact = seconds.scaled(byPowerOfTen: 6)?.rounded(toDecimals: 0, .down).int64 else { return nil }
        let (moment, overflow) = microseconds.addingReportingOverflow(exact)
        return !overflow && Self.writable.contains(moment) ? Timestamp(microseconds: moment) : nil
    }

    /// The seconds from another moment to this one.
    func seconds(since other: Timestamp) -> ExactDecimal? { ExactDecimal(microseconds - other.microseconds).scaled(byPowerOfTen: -6) }
}
