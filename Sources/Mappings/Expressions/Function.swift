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
    /// `if(condition, then, else)`; absent if there is no `else`.
    case `if`
    /// An amount in minor units of the conversion's currency; absent if the currency has none.
    case minor
    /// The number of items.
    case count

    package var argumentCount: ClosedRange<Int> {
        switch self {
        case .coalesce: 1...16
        case .round: 2...2
        case .count: 0...0
        case .if: 2...3
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

    /// Arguments are evaluated only if they count: of `coalesce` up to the first that is there, of `if` one side.
    func value(of arguments: [Expression], _ input: borrowing ExpressionInput, item: Int?) -> Value {
        switch self {
        case .coalesce:
            for argument in arguments {
                let value = argument.value(input, item: item)
                if !value.isAbsent { return value }
            }
            return .absent
        case .if:
            if arguments[0].isTrue(input, item: item) { return arguments[1].value(input, item: item) }
            return arguments.count > 2 ? arguments[2].value(input, item: item) : .absent
        case .minor: return Self.minor(arguments[0].value(input, item: item), input.conversion.currency)
        case .exists: return .flag(!arguments[0].value(input, item: item).isAbsent)
        case .count: return .number(ExactDecimal(Int64(input.conversion.items.count)))
        case .round: return Self.round(arguments[0].value(input, item: item), to: arguments[1].value(input, item: item))
        case .lower: return arguments[0].value(input, item: item).mapText { $0.lowercased() }
        case .upper: return arguments[0].value(input, item: item).mapText { $0.uppercased() }
        case .trim: return arguments[0].value(input, item: item).mapText { $0.trimmed }
        case .sha256: return arguments[0].value(input, item: item).mapText { SHA256.hex(of: $0) }
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

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Without white space at either end.
    package var trimmed: String {
        if let first = utf8.first, let last = utf8.last, first.isVisibleASCII, last.isVisibleASCII { return String(self) }
        guard let start = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}

extension UInt8 {
    /// Neither white space, nor a control character, nor part of a longer one: most texts begin and end with such a byte.
    var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }
}

extension SHA256 {
    /// Lower-case hex of the digest of the text's UTF-8 bytes.
    package static func hex(of text: String) -> String {
        var hasher = SHA256()
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hasher.finalize().withUnsafeBytes(\.hex)
    }
}

extension Collection<UInt8> {
    /// Lower-case hexadecimal.
    package var hex: String {
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 2 * count) { text in
            var end = 0
            for byte in self {
                text[end] = digits.utf8Start[Int(byte >> 4)]
                text[end + 1] = digits.utf8Start[Int(byte & 15)]
                end += 2
            }
            return end
        }
    }
}
