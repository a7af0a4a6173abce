extension Expression.Operator {
    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    func arithmetic(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.number(let first), .number(let second)): return arithmetic(first, second).map(Value.number) ?? .absent
        case (.time(let time), .number(let seconds)) where self == .add || self == .subtract:
            return time.advanced(bySeconds: self == .add ? seconds : seconds.negated).map(Value.time) ?? .absent
        case (.number(let seconds), .time(let time)) where self == .add:
            return time.advanced(bySeconds: seconds).map(Value.time) ?? .absent
        case (.time(let end), .time(let start)) where self == .subtract:
            return end.seconds(since: start).map(Value.number) ?? .absent
        default: return self == .add ? .text(left.description + right.description) : .absent
        }
    }

    func arithmetic(_ first: ExactDecimal, _ second: ExactDecimal) -> ExactDecimal? {
        switch self {
        case .add: first.adding(second)
        case .subtract: first.subtracting(second)
        case .multiply: first.multiplied(by: second)
        case .divide: second.isZero ? nil : first.divided(by: second, decimals: 20, rounding: .halfEven)
        default: nil
        }
    }
}

extension Value {
    /// Equality across kinds: an entry of `metadata` may be `"5"` and be compared with a number.
    func matches(_ other: Value) -> Bool {
        switch (self, other) {
        case (.text(let one), .text(let two)): return one == two
        case (.time(let time), .text(let text)), (.text(let text), .time(let time)): return Timestamp(iso8601: text.trimmed) == time
        default: break
        }
        return self == other || description == other.description
    }

    /// A text beside a time is an entry of `metadata` or `extra`, and is read as one; one that is no time neither precedes nor follows.
    func precedes(_ other: Value) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left < right
        case (.time(let left), .time(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.text(let left), .time(let right)): Timestamp(iso8601: left.trimmed).map { $0 < right } ?? false
        case (.time(let left), .text(let right)): Timestamp(iso8601: right.trimmed).map { left < $0 } ?? false
        default: false
        }
    }
}
