/// What a canonical field holds, and what an expression yields. Absent is not zero and not the empty text.
package enum Value: Sendable, Hashable {
    case absent
    case text(String)
    /// A money amount in major units, or any other number.
    case number(ExactDecimal)
    case flag(Bool)
    case time(Timestamp)

    package var isAbsent: Bool {
        if case .absent = self { true } else { false }
    }

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var number: ExactDecimal? {
        if case .number(let number) = self { number } else { nil }
    }

    package var flag: Bool? {
        if case .flag(let flag) = self { flag } else { nil }
    }

    package var time: Timestamp? {
        if case .time(let time) = self { time } else { nil }
    }

    /// As it is joined into texts and shown; empty if absent.
    package var description: String {
        switch self {
        case .absent: ""
        case .text(let text): text
        case .number(let number): number.description
        case .flag(let flag): flag ? "true" : "false"
        case .time(let time): time.description
        }
    }
}
