/// A reason without what differs from one delivery to the next, so that those that failed alike stand together.
enum ReasonPattern {
    /// Quoted words become `'…'`, and words with three digits or more beside other characters become `…`. A status such as 503 stays.
    static func of(_ reason: String?) -> String {
        guard let line = reason?.split(separator: "\n").first else { return "no reason was kept" }
        return withoutIDs(withoutQuotes(String(line.prefix(400))))
    }

    private static func withoutQuotes(_ text: String) -> String {
        let parts = text.split(separator: "'", omittingEmptySubsequences: false)
        guard parts.count > 2 else { return text }
        return parts.enumerated().map { index, part in
            index % 2 == 1 && index < parts.count - 1 ? "…" : String(part)
        }.joined(separator: "'")
    }

    private static func withoutIDs(_ text: String) -> String {
        text.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let digits = word.utf8.count { (0x30...0x39).contains($0) }
            let isStatus = digits == 3 && word.utf8.count <= 4
            return digits >= 3 && !isStatus ? "…" : String(word)
        }.joined(separator: " ")
    }
}
