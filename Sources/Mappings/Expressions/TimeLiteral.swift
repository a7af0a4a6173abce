/// A moment that a file names: `2026-12-25T00:00:00+01:00`.
enum TimeLiteral {
    static let sample = "2026-12-25T00:00:00+01:00"

    /// It has an offset: a day, or a time without a zone, is another moment in each office.
    static func read(_ text: String) -> Result<Timestamp, FieldFailure> {
        let text = text.trimmed
        guard let time = Timestamp(iso8601: text) else {
            return .failure(FieldFailure("\(text.quotedBriefly) is not an ISO 8601 time; write it as \(sample)"))
        }
        let rest = text.dropFirst(10)
        if rest.isEmpty {
            return .failure(
                FieldFailure(
                    "'\(text)' is a day, which begins at another moment in each time zone; write the time and its offset, such as \(text)T00:00:00+01:00"
                ))
        }
        guard rest.contains(where: { "Zz+-".contains($0) }) else {
            let example = "'\(text)' has no offset, so it is another moment in each time zone; write \(text)+01:00, or \(text)Z for UTC"
            return .failure(FieldFailure(example))
        }
        return .success(time)
    }
}
