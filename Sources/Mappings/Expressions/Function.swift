import Crypto

/// The functions of the expression language; one case adds one.
package enum Function: String, CaseIterable, Sendable {
    /// The first argument that is there: `coalesce(click_id, session_id)`.
    case coalesce
    case lower
    case upper
    case trim
    /// Lower-case hex over the text's UTF-8 bytes.
    case sha256
    /// Half away from zero: `round(x, 2)` to decimals, `round(x, currency)` to the currency's ISO 4217 exponent.
    case round
    case exists
    /// `if(condition, then, else)`.
    case `if`
    /// An amount in minor units of the conversion's currency; absent where the currency has none.
    case minor
    /// The number of items.
    case count

    package var argumentCount: ClosedRange<Int> {
        switch self {
        case .coalesce: 1...16
        case .round: 2...2
        case .count: 0...0
        case .if: 3...3
        default: 1...1
        }
    }

    /// Kinds it takes and the kind it yields; `coalesce` takes any one kind and yields that.
    package func kind(of arguments: [Expression.Kind]) -> Expression.Kind {
        switch self {
        case .coalesce: arguments.first { $0 != .any } ?? .any
        case .if: arguments.dropFirst().first { $0 != .any } ?? .any
        case .lower, .upper, .trim, .sha256: .text
        case .round, .count, .minor: .number
        case .exists: .flag
        }
    }

    /// The kind that argument `index` must have, nil for any.
    package func expects(argument index: Int) -> Expression.Kind? {
        switch self {
        case .coalesce, .exists, .count: nil
        case .lower, .upper, .trim, .sha256: .text
        case .round: index == 0 ? .number : nil
        case .minor: .number
        case .if: index == 0 ? .flag : nil
        }
    }

    func value(of arguments: [Value], _ input: borrowing ExpressionInput) -> Value {
        switch self {
        case .coalesce: return arguments.first { !$0.isAbsent } ?? .absent
        case .if: return arguments[0].flag == true ? arguments[1] : arguments[2]
        case .minor: return Self.minor(arguments[0], input.conversion.currency)
        case .exists: return .flag(!arguments[0].isAbsent)
        case .count: return .number(ExactDecimal(Int64(input.conversion.items.count)))
        case .round: return Self.round(arguments[0], to: arguments[1])
        case .lower: return arguments[0].mapText { $0.lowercased() }
        case .upper: return arguments[0].mapText { $0.uppercased() }
        case .trim: return arguments[0].mapText { $0.trimmed }
        case .sha256: return arguments[0].mapText { SHA256.hex(of: $0) }
        }
    }

    private static func minor(_ value: Value, _ currency: Currency?) -> Value {
        guard case .number(let number) = value, let exponent = currency?.minorUnits else { return .absent }
        return number.scaled(byPowerOfTen: exponent).map(Value.number) ?? .absent
    }

    private static func round(_ value: Value, to place: Value) -> Value {
        guard case .number(let number) = value else { return .absent }
        switch place {
        case .number(let decimals):
            guard let count = decimals.int64, (0...30).contains(count) else { return .absent }
            return .number(number.rounded(toDecimals: Int(count), .halfUp))
        case .text(let code):
            guard let currency = Currency(code: code), let exponent = currency.minorUnits else { return value }
            return .number(number.rounded(toDecimals: exponent, .halfUp))
        default:
            return .absent
        }
    }
}

extension Value {
    /// Applies to anything but absent; a function's text argument may be an entry of `metadata` that came as a number.
    fileprivate func mapText(_ transform: (String) -> String) -> Value {
        isAbsent ? .absent : .text(transform(description))
    }
}

extension StringProtocol {
    /// Without white space at either end.
    package var trimmed: String {
        guard let start = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}

extension SHA256 {
    /// Lower-case hex of the digest of the text's UTF-8 bytes.
    package static func hex(of text: String) -> String {
        var hasher = SHA256()
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hasher.finalize().hex
    }
}

extension Sequence<UInt8> {
    /// Lower-case hexadecimal.
    package var hex: String {
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in self {
            text.append(byte >> 4 + (byte >> 4 < 10 ? 0x30 : 0x57))
            text.append(byte & 15 + (byte & 15 < 10 ? 0x30 : 0x57))
        }
        return String(decoding: text, as: UTF8.self)
    }
}
