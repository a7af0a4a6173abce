/// Moments: ISO 8601 texts, UNIX time, or texts of a tracker's own pattern.
struct TimeConverter: FieldConverter {
    enum Form: String {
        case iso8601
        /// Seconds since 1970, written as whole ones.
        case unix
        /// Milliseconds since 1970, written as whole ones.
        case unixMilliseconds = "unix_ms"
        /// Microseconds since 1970.
        case unixMicroseconds = "unix_us"

        /// The first number that is too large: beyond the year 9999, no text can write the time.
        var limit: ExactDecimal {
            switch self {
            case .iso8601, .unix: ExactDecimal(100_000_000_000)
            case .unixMilliseconds: ExactDecimal(Timestamp.writable.upperBound / 1000)
            case .unixMicroseconds: ExactDecimal(Timestamp.writable.upperBound)
            }
        }
        var perSecond: Int64 {
            switch self {
            case .iso8601, .unix: 1
            case .unixMilliseconds: 1000
            case .unixMicroseconds: 1_000_000
            }
        }
        var unit: String {
            switch self {
            case .iso8601, .unix: "seconds"
            case .unixMilliseconds: "milliseconds"
            case .unixMicroseconds: "microseconds"
            }
        }
        var example: String { "1764200000" + String(perSecond).dropFirst() }
    }
    let form: Form

    static let description = ConverterDescription(
        name: "time",
        summary: """
            a moment: `time(iso8601)`, `time(unix)` in seconds, `time(unix_ms)` in milliseconds, `time(unix_us)` in microseconds, or a text by a \
            pattern, `time("yyyy-MM-dd HH:mm:ss", "+01:00")`
            """,
        parameters: [["iso8601", "unix", "unix_ms", "unix_us"]],
        reads: .time,
        examples: [
            .init(parameters: ["iso8601"], wire: "2026-11-20T10:30:00+01:00", reads: .success("2026-11-20T09:30:00Z")),
            .init(parameters: ["unix"], wire: 1_717_000_000, reads: .success("2024-05-29T16:26:40Z")),
            .init(parameters: ["unix"], wire: .number("1717000000.5"), reads: .success("2024-05-29T16:26:40Z")),
            .init(parameters: ["unix_us"], wire: 1_717_000_000_123_000, reads: .success("2024-05-29T16:26:40.123Z")),
            .init(parameters: ["iso8601"], wire: "0000-00-00 00:00:00", reads: .success("")),
            .init(parameters: ["unix"], wire: 0, reads: .success("")),
            .init(
                parameters: ["iso8601"], wire: "20/11/2026",
                reads: .failure(FieldFailure("value '20/11/2026' is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z"))),
            .init(
                parameters: ["unix"], wire: 1_717_000_000_000,
                reads: .failure(FieldFailure("value '1717000000000' is too large for UNIX seconds; divide milliseconds by 1000"))),
        ],
        make: { TimeConverter(form: Form(rawValue: $0[0]) ?? .iso8601) },
        makeFromTexts: { texts throws(FieldFailure) in try PatternTimeConverter(texts) }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a time, found \(value.quoted)") }
        guard form != .iso8601 else {
            if ZeroDate.isWritten(in: text) { return absent(text, &context) }
            if let time = Timestamp(iso8601: text.trimmed) { return .time(time) }
            throw FieldFailure("\(context.field) \(value.quoted) is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z")
        }
        guard let number = try? ExactDecimal(parsing: text) else { return try readText(text, &context) }
        if ZeroDate.isCounted(number, perSecond: form.perSecond) { return absent(text, &context) }
        guard !number.isNegative else { throw notUNIX(text, context.field) }
        let whole = number.rounded(toDecimals: 0, .down)
        guard number < form.limit, let units = whole.int64 else {
            let hint = form == .unix ? "; divide milliseconds by 1000" : ""
            throw FieldFailure("\(context.field) \(value.quoted) is too large for UNIX \(form.unit)\(hint)")
        }
        // A floating-point clock gives a fraction, which no tracker's own clock has.
        if whole != number { context.warnings.append("\(context.field) \(value.quoted) has a fraction; it was read as \(whole)") }
        return .time(Timestamp(microseconds: units * (1_000_000 / form.perSecond)))
    }

    /// Both ways to write a time say which one they are.
    private func readText(_ text: String, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        if ZeroDate.isWritten(in: text) { return absent(text, &context) }
        guard let time = Timestamp(iso8601: text.trimmed) else { throw notUNIX(text, context.field) }
        context.warnings.append(
            "\(context.field) \(text.quotedBriefly) was read as an ISO 8601 time; UNIX \(form.unit) are expected")
        return .time(time)
    }

    private func absent(_ text: String, _ context: inout ConverterContext) -> Value {
        context.warnings.append("\(context.field) \(text.quotedBriefly) is a program's word for no time; it counts as absent")
        return .absent
    }

    private func notUNIX(_ text: String, _ field: String) -> FieldFailure {
        FieldFailure("\(field) \(text.quotedBriefly) is not UNIX time; send \(form.unit) since 1970, such as \(form.example)")
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        guard case .time(let time) = value else { return .absent }
        let units = time.microseconds.flooredDivision(by: 1_000_000 / form.perSecond).quotient
        if form != .iso8601, units < 0 || ExactDecimal(units) >= form.limit {
            throw FieldFailure("\(context.field) \(time) has no UNIX time that this tracker takes")
        }
        switch form {
        case .iso8601: return .string(time.description)
        case .unix, .unixMilliseconds, .unixMicroseconds: return .number(String(units))
        }
    }
}
