/// A country of ISO 3166-1, with the facts that trackers want of it.
struct Country: Sendable {
    /// `DE`, `DEU`.
    let alpha2: String
    let alpha3: String
    let name: String
    /// Nil for the few that have no telephones of their own.
    let phones: PhonePlan?

    /// A way to write a country.
    enum Form: String, CaseIterable {
        case alpha2, alpha3, name
    }

    func text(_ form: Form) -> String {
        switch form {
        case .alpha2: alpha2
        case .alpha3: alpha3
        case .name: name
        }
    }

    /// Finds a country by its letters or one of its English names, in any case, with or without accents and punctuation.
    static func named(_ text: String) -> Country? { byName[TextFolding.letters(PlainLetters.plain(text))] }

    /// In the order of their letters.
    static let all: [Country] = entries.map(\.country)

    static let alpha2Codes = all.map(\.alpha2)

    private static let byName: [String: Country] = {
        var found: [String: Country] = ["uk": entries.first { $0.country.alpha2 == "GB" }?.country].compactMapValues(\.self)
        for (country, names) in entries {
            for name in [country.alpha2, country.alpha3] + names { found[TextFolding.letters(PlainLetters.plain(name))] = country }
        }
        return found
    }()

    private static let entries: [(country: Country, names: [String])] = table.split(separator: "\n").map { line in
        let parts = line.split(separator: " ", maxSplits: 6).map(String.init)
        let names = parts[6].split(separator: ";").map { String($0).trimmed }
        return (
            Country(alpha2: parts[0], alpha3: parts[1], name: names[0], phones: PhonePlan(parts[2], parts[3], parts[4], parts[5])), names
        )
    }
}
