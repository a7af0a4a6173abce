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
        summary: "a moment: `time(iso8601)`, `time(unix)` in seconds, `time(unix_ms)` in milliseconds",
        parameters: [["iso8601", "unix", "unix_ms"]],
        reads: .time,
        examples: [
            .init(parameters: ["iso8601"], wire: "2026-11-20T10:30:00+01:00", reads: .success("2026-11-20T09:30:00Z")),
            .init(parameters: ["unix"], wire: 1_717_000_000, reads: .success("2024-05-29T16:26:40Z")),
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
            if let time = Timestamp(iso8601: text.trimmed) { return .time(time) }
            throw FieldFailure("\(context.field) \(value.quoted) is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z")
        }
        guard let number = try DecimalConverter.number(value, &context).int64, number >= 0 else {
            throw FieldFailure(
                "\(context.field) \(value.quoted) is not UNIX time; send whole \(form == .unix ? "seconds" : "milliseconds")")
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

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue {
        guard case .time(let time) = value else { return .absent }
        switch form {
        case .iso8601: return .string(time.description)
        case .unix: return .number(String(time.seconds))
        case .unixMilliseconds: return .number(String(time.milliseconds))
        }
    }
}
