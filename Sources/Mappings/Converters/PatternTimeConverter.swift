/// Moments as a tracker's own pattern writes them: `time("dd/MM/yyyy HH:mm", "-03:00")`.
struct PatternTimeConverter: FieldConverter {
    let pattern: TimePattern
    /// Where the tracker's clock is, if its texts do not say it.
    let zone: ZoneOffset
    /// As sentences show a text that is right.
    private let example: String

    /// - Parameter texts: the pattern and the offset from UTC.
    init(_ texts: [String]) throws(FieldFailure) {
        guard (1...2).contains(texts.count) else {
            throw FieldFailure("'time' takes a pattern and an offset, such as time(\"yyyy-MM-dd HH:mm:ss\", \"+01:00\")")
        }
        pattern = try TimePattern.compile(texts[0])
        guard pattern.isReadable else {
            throw FieldFailure("the pattern \(texts[0].quotedBriefly) is no moment, since it lacks a year, a month or a day")
        }
        if texts.count == 1, !pattern.hasOffset {
            throw FieldFailure(
                "the pattern \(texts[0].quotedBriefly) does not say its offset from UTC; write time(\"\(texts[0])\", \"+00:00\")")
        }
        zone = texts.count == 2 ? try ZoneOffset.parse(texts[1]) : .utc
        example = pattern.text(of: Timestamp(seconds: 1_763_631_000), at: zone)
    }

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a time, found \(value.quoted)") }
        if ZeroDate.isWritten(in: text) {
            context.warnings.append("\(context.field) \(text.quotedBriefly) is a program's word for no time; it counts as absent")
            return .absent
        }
        guard let time = pattern.time(in: text.trimmed, at: zone) else {
            throw FieldFailure("\(context.field) \(value.quoted) is not a time such as \(example)")
        }
        return .time(time)
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue {
        guard case .time(let time) = value else { return .absent }
        return .string(pattern.text(of: time, at: zone))
    }
}
