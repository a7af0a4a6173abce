import Mappings

/// How the requests of one source say which conversion they are about.
package struct OrderRule: Sendable {
    package let source: String
    private let tracker: String
    private let duplicates: DuplicateRule
    /// The settings that are on and let all sources of the tracker share a key.
    private let sharingFlags: [String]
    package let repeats: RepeatPolicy

    package init(_ configuration: SourceConfiguration) {
        let mapping = configuration.mapping
        source = configuration.name
        tracker = mapping.name
        duplicates = configuration.duplicates ?? mapping.duplicates
        repeats = configuration.repeats ?? mapping.repeats
        sharingFlags = duplicates.alternatives.compactMap(\.sharedBy).filter { mapping.setting($0, configuration.settings) == .flag(true) }
    }

    /// What the rule makes of a conversion; nil if the rule's fields are missing.
    package func key(of conversion: Conversion) -> (key: DuplicateKey, alternative: DuplicateRule.Alternative)? {
        guard let (text, alternative) = duplicates.key(of: conversion) else { return nil }
        let isShared = alternative.sharedBy.map { sharingFlags.contains($0) } ?? false
        let key = DuplicateKey(
            scope: isShared ? .tracker(tracker) : .source(source), digest: Digest32(sha256: "fields|\(alternative.names)|\(text)"),
            lifetime: alternative.within)
        return (key, alternative)
    }

    /// Refuses a key of which a character was lost before the gateway could read it: two orders could have the same key now.
    func refusal(ofLost conversion: Conversion) -> Refusal? {
        guard let parts = duplicates.key(of: conversion)?.alternative.parts else { return nil }
        for part in parts where conversion[part.path].description.unicodeScalars.contains("\u{FFFD}") {
            let name = part.path.description
            return Refusal(.invalid, field: name, ParsedRequest.lost(name, conversion[part.path].description))
        }
        return nil
    }

    /// The key that says which order a message is about. If other content is another conversion, there is none.
    package func order(of message: Conversion) -> (key: DuplicateKey, alternative: DuplicateRule.Alternative)? {
        repeats == .new ? nil : key(of: message)
    }
}

extension [SourceConfiguration] {
    /// The other sources that share orders with a source: those that it names, those that name it, and so on through them.
    package func sharingOrders(with source: SourceConfiguration) -> [SourceConfiguration] {
        guard contains(where: { !$0.sharesOrdersWith.isEmpty }) else { return [] }
        var (names, count) = (Set([source.name]), 0)
        while count < names.count {
            count = names.count
            for other in self where names.contains(other.name) || !names.isDisjoint(with: other.sharesOrdersWith) {
                names.insert(other.name)
                names.formUnion(other.sharesOrdersWith)
            }
        }
        return filter { $0.name != source.name && names.contains($0.name) }
    }
}
