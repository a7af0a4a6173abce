extension Function {
    /// What one argument must be.
    struct Parameter: Sendable {
        /// Nil is any.
        var kind: Expression.Kind?
        /// Whether it must stand in the file, so that a mistake in it is found when the file is loaded.
        var isFixed = false
        /// What is wrong with a value that stands in the file; nil if nothing is.
        var complaint: @Sendable (Value) -> String? = { _ in nil }
    }

    /// Of `coalesce`, what each of them must be.
    var parameters: [Parameter] {
        switch self {
        case .coalesce, .exists: [Parameter()]
        case .count: []
        case .if: [Parameter(kind: .flag), Parameter(), Parameter()]
        case .lower, .upper, .trim, .digits, .letters, .ascii, .gmail, .hashed, .md5, .sha1, .sha256, .sha512: [.text]
        case .substring: [.text, .position, .position]
        case .replace: [.text, .sought("replace looks for"), .text]
        case .omit: [.text, .sought("omit leaves out")]
        case .split: [.text, .sought("split parts at"), .part]
        case .e164: [.text, .country]
        case .country: [.text, .word(of: Country.Form.allCases.map(\.rawValue))]
        case .state: [.text, .countryWithStates]
        case .parameter: [.text, .sought("parameter looks for")]
        case .number: [Parameter()]
        case .round, .decimals: [Parameter(kind: .number), .place(self)]
        case .minor: [Parameter(kind: .number)]
        case .hmac: [.word(of: Self.algorithms), .text, .text]
        case .unix, .unixMilliseconds, .unixMicroseconds: [Parameter(kind: .time)]
        case .seconds: [Parameter()]
        }
    }

    package var argumentCount: ClosedRange<Int> {
        switch self {
        case .coalesce: 1...16
        case .if, .substring: 2...3
        default: parameters.count...parameters.count
        }
    }

    /// The kind it yields; `coalesce` takes any one kind and yields that.
    package func kind(of arguments: [Expression.Kind]) -> Expression.Kind {
        switch self {
        case .coalesce: arguments.first { $0 != .any } ?? .any
        case .if: arguments.dropFirst().first { $0 != .any } ?? .any
        case .round, .count, .minor, .number, .unix, .unixMilliseconds, .unixMicroseconds: .number
        case .seconds: arguments.first == .duration ? .number : .duration
        case .exists, .hashed: .flag
        default: .text
        }
    }

    func parameter(at index: Int) -> Parameter { self == .coalesce ? Parameter() : parameters[index] }

    /// Who an argument is, for sentences: `what lower takes`, `argument 2 of substring`.
    func subject(ofArgument index: Int) -> String {
        switch self {
        case .round, .decimals: index == 0 ? "what \(rawValue) takes" : "what \(rawValue) rounds to"
        default: index == 0 ? "what \(rawValue) takes" : "argument \(index + 1) of \(rawValue)"
        }
    }
}

extension Function.Parameter {
    fileprivate static let text = Self(kind: .text)

    fileprivate static func sought(_ what: String) -> Self {
        Self(kind: .text) { $0 == .text("") ? "\(what) nothing here; write at least one character" : nil }
    }

    fileprivate static let position = Self(kind: .number) { value in
        value.number?.int64.map { $0 >= 1 } ?? false ? nil : "substring counts whole characters from 1, found \(value.description)"
    }

    fileprivate static let part = Self(kind: .number) { value in
        if let place = value.number?.int64, place != 0 { return nil }
        return "split counts parts from 1, or from -1 at the end, found \(value.description)"
    }

    /// A number of decimals or a currency.
    fileprivate static func place(_ function: Function) -> Self {
        Self { value in
            guard case .number(let decimals) = value, decimals.int64.map({ (0...30).contains($0) }) != true else { return nil }
            return "\(function.rawValue) takes 0 to 30 decimals, found \(decimals)"
        }
    }

    fileprivate static func word(of words: [String]) -> Self {
        Self(kind: .text, isFixed: true) { value in
            words.contains(value.description) ? nil : "unknown word '\(value.description)'\(value.description.suggestion(from: words))"
        }
    }

    fileprivate static let country = Self(kind: .text) { value in
        let text = value.description
        if let country = Country.named(text) {
            return country.phones == nil ? "\(country.name) has no telephone numbers of its own" : nil
        }
        return "\(text.quotedBriefly) is no country; write its ISO 3166 letters such as DE"
    }

    fileprivate static let countryWithStates = Self(kind: .text) { value in
        let known = State.countries
        if let country = Country.named(value.description), known.contains(country.alpha2) { return nil }
        return "the states of \(value.description.quotedBriefly) are not known; known: \(known.joined(separator: ", "))"
    }
}
