/// States and provinces of the countries in whose addresses they stand as letters.
enum State {
    /// The letters of a state that is written with its letters or its name, in any case, with or without accents; nil if the country has none of
    /// that name, or is none of those that are known.
    static func letters(of text: String, in country: String) -> String? {
        guard let country = Country.named(country) else { return nil }
        return byName["\(country.alpha2) \(TextFolding.letters(PlainLetters.plain(text)))"]
    }

    static let countries = ["US", "CA", "AU", "BR", "IN"]

    private static let byName: [String: String] = {
        var found: [String: String] = [:]
        for line in table.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            for name in [Substring(parts[1])] + parts[2].split(separator: ";") {
                found["\(parts[0]) \(TextFolding.letters(PlainLetters.plain(String(name))))"] = parts[1]
            }
        }
        for (name, letters) in former { found[String(name.prefix(3)) + name.dropFirst(3).lowercased()] = letters }
        return found
    }()
}
