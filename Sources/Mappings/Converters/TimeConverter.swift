/// Moments: ISO 8601 texts, or UNIX time.
struct TimeConverter: FieldConverter {
    enum Form: String {
        case iso8601
        /// Whole seconds since 1970.
        case unix
        /// Whole milliseconds since 1970.
        case unixMilliseconds = "unix_ms"
    }
    let form: Form

    static let description = ConverterDescription(
        name: "time",
        summary: """
            a moment: `time(iso8601)`, `time(unix)` in seconds, `time(unix_ms)` in milliseconds. Where UNIX time is wanted a fraction is cut off and \
            an ISO 8601 time is read
            """,
        parameters: [["iso8601", "unix", "unix_ms"]],
        reads: .time,
        examples: [
            .init(parameters: ["iso8601"], wire: "2026-11-20T10:30:00+01:00", reads: .success("2026-11-20T09:30:00Z")),
            .init(parameters: ["iso8601"], wire: "0000-00-00 00:00:00", reads: .success("")),
            .init(parameters: ["unix"], wire: 0, reads: .success("")),
            .init(parameters: ["unix"], wire: 1_717_000_000, reads: .success("2024-05-29T16:26:40Z")),
            .init(parameters: ["unix"], wire: .number("1717000000.5"), reads: .success("2024-05-29T16:26:40Z")),
            .init(parameters: ["unix"], wire: "2024-05-29T16:26:40Z", reads: .success("2024-05-29T16:26:40Z")),
            .init(
                parameters: ["iso8601"], wire: "20/11/2026",
                reads: .failure(FieldFailure("value '20/11/2026' is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z"))),
            .init(
                parameters: ["unix"], wire: 1_717_000_000_000,
                reads: .failure(FieldFailure("value '1717000000000' is too large for UNIX seconds; divide milliseconds by 1000"))),
        ],
        make: { TimeConverter(form: Form(rawValue: $0[0]) ?? .iso8601) }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a time, found \(value.quoted)") }
        guard form != .iso8601 else {
            if ZeroDate.isWritten(in: text) { return absent(value, &context) }
            if let time = Timestamp(iso8601: text.trimmed) { return .time(time) }
            throw FieldFailure("\(context.field) \(value.quoted) is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z")
        }
        if text.trimmed.beginsWithDate {
            return ZeroDate.isWritten(in: text) ? absent(value, &context) : .time(try isoTime(text, &context))
        }
        let sent = try DecimalConverter.number(value, &context)
        if ZeroDate.isCounted(sent, perSecond: form == .unix ? 1 : 1000) { return absent(value, &context) }
        guard let number = wholeUnits(of: sent, value, &context) else {
            throw FieldFailure("\(context.field) \(value.quoted) is not UNIX time; \(wanted)")
        }
        if form == .unixMilliseconds {
            guard number < 1 << 48 else { throw FieldFailure("\(context.field) \(value.quoted) is too large for UNIX milliseconds") }
            return .time(Timestamp(microseconds: number * 1000))
        }
        guard number < 100_000_000_000 else {
            throw FieldFailure("\(context.field) \(value.quoted) is too large for UNIX seconds; divide milliseconds by 1000")
        }
        return .time(Timestamp(seconds: number))
    }

    private func absent(_ value: WireValue, _ context: inout ConverterContext) -> Value {
        context.warnings.append("\(context.field) \(value.quoted) is a program's word for no time; it counts as absent")
        return .absent
    }

    private var wanted: String { "send whole \(form == .unix ? "seconds" : "milliseconds")" }

    /// A floating-point clock gives a fraction, which a tracker's own clock does not have.
    private func wholeUnits(of number: ExactDecimal, _ value: WireValue, _ context: inout ConverterContext) -> Int64? {
        guard !number.isNegative else { return nil }
        if let whole = number.int64 { return whole }
        guard !number.isInteger, let whole = number.rounded(toDecimals: 0, .down).int64 else { return nil }
        context.warnings.append("\(context.field) \(value.quoted) has a fraction; it was read as \(whole)")
        return whole
    }

    /// Without a zone it could be any of 24 hours, which nobody has agreed on for a field of UNIX time.
    private func isoTime(_ text: String, _ context: inout ConverterContext) throws(FieldFailure) -> Timestamp {
        guard var time = Timestamp(iso8601: text.trimmed), time.microseconds >= 0 else {
            throw FieldFailure("\(context.field) \(text.quotedBriefly) is not UNIX time; \(wanted)")
        }
        guard text.trimmed.endsWithZone else {
            throw FieldFailure("\(context.field) \(text.quotedBriefly) has no time zone; \(wanted), or a time that ends with Z or +01:00")
        }
        if form == .unix { time = Timestamp(seconds: time.seconds) }
        context.warnings.append("\(context.field) \(text.quotedBriefly) is an ISO 8601 time; it was read as UNIX time")
        return time
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        guard case .time(let time) = value else { return .absent }
        if form != .iso8601, time.microseconds < 0 || form == .unix && time.seconds >= 100_000_000_000 {
            throw FieldFailure("\(context.field) \(time) has no UNIX time that this tracker takes")
        }
        switch form {
        case .iso8601: return .string(time.description)
        case .unix: return .number(String(time.seconds))
        case .unixMilliseconds: return .number(String(time.milliseconds))
        }
    }
}

extension String {
    /// `2026-…`
    fileprivate var beginsWithDate: Bool { utf8.count >= 10 && utf8.dropFirst(4).first == UInt8(ascii: "-") }

    /// Whether a zone is behind the time of an ISO 8601 text.
    fileprivate var endsWithZone: Bool {
        utf8.dropFirst(10).contains { [UInt8(ascii: "Z"), UInt8(ascii: "z"), UInt8(ascii: "+"), UInt8(ascii: "-")].contains($0) }
    }
}
