import Crypto

/// The functions of the expression language; one case adds one.
///
/// What each takes is in `Function+Parameters.swift`. An argument that is absent makes the result absent, and so does a result without any
/// character: neither is ever hashed or sent.
package enum Function: String, CaseIterable, Sendable {
    /// The first argument that is there: `coalesce(click_id, session_id)`.
    case coalesce
    case exists
    /// `if(condition, then, else)`; absent if there is no `else`.
    case `if`
    /// The number of items.
    case count

    case lower, upper, trim
    /// `substring(a, from, count)`, from 1.
    case substring
    case replace
    /// `omit(a, "-. ")`: without any of these characters.
    case omit
    /// `split(a, ",", 2)`: the second part, or with -1 the last.
    case split
    case digits, letters, ascii, gmail
    /// A telephone number as `+493012345678`.
    case e164
    /// A country as `alpha2`, `alpha3` or `name`.
    case country
    /// A state's letters.
    case state
    /// `parameter(url, "gclid")`.
    case parameter

    /// A text as a number.
    case number
    /// A number as a text with so many decimals.
    case decimals
    /// Half away from zero: `round(x, 2)` to decimals, `round(x, currency)` to the currency's ISO 4217 exponent.
    case round
    /// An amount in minor units of the conversion's currency; absent if the currency has none.
    case minor

    /// Whether a text is a digest already.
    case hashed
    /// Lower-case hex over the text's UTF-8 bytes.
    case md5, sha1, sha256, sha512
    /// `hmac("sha256", key, a)`.
    case hmac

    case unix
    case unixMilliseconds = "unix_ms"
    case unixMicroseconds = "unix_us"
    /// A length of time of so many seconds, or the seconds of a length of time.
    case seconds

    func value(of argument: Value) -> Value {
        switch self {
        case .number: number(argument)
        case .unix, .unixMilliseconds, .unixMicroseconds: unixTime(argument)
        case .seconds: argument
        case .hashed: .flag(TextFolding.isDigest(argument.description.trimmed))
        default: Value(text(of: argument.description))
        }
    }

    /// A text made of one other. An entry of `metadata` may have come as a number.
    private func text(of text: String) -> String? {
        switch self {
        case .lower: text.isLowerASCII ? text : text.lowercased()
        case .upper: text.uppercased()
        case .trim: text.trimmed
        case .digits: TextFolding.digits(text)
        case .letters: TextFolding.letters(text)
        case .ascii: PlainLetters.plain(text)
        case .gmail: TextFolding.gmail(text)
        case .md5: Insecure.MD5.hex(of: text)
        case .sha1: Insecure.SHA1.hex(of: text)
        case .sha256: SHA256.hex(of: text)
        case .sha512: SHA512.hex(of: text)
        default: nil
        }
    }

    func value(of first: Value, _ second: Value) -> Value {
        switch self {
        case .decimals: decimals(first, second)
        case .omit: Value(TextFolding.without(second.description, in: first.description))
        case .country:
            Value(Country.Form(rawValue: second.description).flatMap { Country.named(first.description)?.text($0) })
        case .state: Value(State.letters(of: first.description, in: second.description))
        case .parameter: Value(first.description.queryParameter(second.description))
        case .substring: substring(first.description, second, count: nil)
        default: .absent
        }
    }

    func value(of first: Value, _ second: Value, _ third: Value) -> Value {
        switch self {
        case .substring: substring(first.description, second, count: third)
        case .replace: Value(first.description.replacingAll(second.description, with: third.description))
        case .split: split(first.description, second.description, third)
        case .hmac: Value(Self.hmac(first.description, key: second.description, third.description))
        default: .absent
        }
    }
}
