import ArgumentParser
import Mappings

/// Distinguishes a mistyped name from one under which nothing happens to be stored.
enum KnownNames {
    enum Kind: String { case source, destination, tracker }

    /// Called if nothing was found: a name that is gone from the configuration may still be in the store.
    static func check(_ kind: Kind, _ name: String?, in configuration: Configuration?) throws {
        guard let name, let configuration else { return }
        let known =
            switch kind {
            case .source: configuration.sourceNames
            case .destination: configuration.destinationNames
            case .tracker: configuration.catalog.names
            }
        guard !known.contains(name) else { return }
        Terminal.complain(
            "the configuration has no \(kind.rawValue) \(name.quotedBriefly), and nothing is stored under that name\(name.suggestion(from: known))"
        )
        throw ExitStatus.usage
    }

    /// For closed lists of words.
    static func check(_ option: String, _ word: String?, among known: [String]) throws {
        guard let word, !known.contains(word) else { return }
        throw ValidationError("\(option) cannot be \(word.quotedBriefly)\(word.suggestion(from: known))")
    }
}
