import Mappings
import Rules

extension Intake {
    /// The parameters of the key that another source holds, with their values.
    func keyNames(_ source: InboundSource, _ conversion: Conversion) -> String {
        guard let (_, alternative) = source.duplicates.key(of: conversion) else { return "this conversion" }
        return alternative.parts.map { part in
            let name = source.reader.mapping.fields.first { $0.target == .path(part.path) }?.name ?? part.path.description
            return "\(name) \(conversion[part.path].description.quotedBriefly)"
        }.joined(separator: ", ")
    }
}

/// Under which keys a request counts as sent already.
struct RequestKeys: Sendable {
    /// The sender's `Idempotency-Key`, else what the rule makes of the conversion.
    var keys: [DuplicateKey]
    /// The rule's key where an `Idempotency-Key` stands in its place.
    var replaced: DuplicateKey?
    /// The `Idempotency-Key` that was followed.
    var message: String?

    /// - Parameter length: characters of an `Idempotency-Key`, at most.
    init(of conversion: inout Conversion, from source: InboundSource, _ request: WireRequest, length: Int = 255) {
        let ruled = DuplicateKey(ruled: conversion, from: source)
        keys = ruled.map { [$0] } ?? []
        guard let key = request.header("Idempotency-Key"), !key.isEmpty else { return }
        guard key.unicodeScalars.count <= length else {
            conversion.warnings.append("Idempotency-Key has more than \(length) characters; it was not followed")
            return
        }
        message = key
        let own = DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "idempotency-key|\(key)"), lifetime: nil)
        guard let ruled else {
            keys = [own]
            return
        }
        // An id that belongs to another of the tracker's sources stays a conflict, whatever key the sender made up. Where repeats correct, the
        // header tells messages apart, and the rule conversions.
        if case .tracker = ruled.scope { keys = [own, ruled] } else { keys = source.repeats.corrects ? [own, ruled] : [own] }
        if keys.count == 1, source.takesCorrections { replaced = ruled }
    }
}

extension RepeatPolicy {
    /// Whether a repeat may change the first message's conversion.
    var corrects: Bool { self == .update || self == .add }
}

extension Submission {
    /// A request's conversion as its source wants it kept.
    init(
        conversion: ConversionRow, request: StoredRequest, keys: RequestKeys, content: Digest32, destinations: [String],
        from source: InboundSource
    ) {
        self.init(
            conversion: conversion, request: request, keys: keys.keys, content: content, destinations: destinations,
            repeats: source.repeats,
            rule: source.rule, awaitedKey: keys.replaced)
        if source.repeats == .new { self.keys = keys.keys.map { $0.holding(content) } }
        // A recorded request must not count as another message because its header was changed.
        let isWatched = source.freshness?.replayWindow != nil
        if source.repeats.corrects, !isWatched, let message = keys.message { self.content = content.with(message) }
    }
}

extension DuplicateKey {
    /// What the source's rule makes of a conversion; nil where the rule's fields are missing.
    init?(ruled conversion: Conversion, from source: InboundSource) {
        guard let (text, alternative) = source.duplicates.key(of: conversion) else { return nil }
        let isShared = alternative.sharedBy.map { source.reader.mapping.setting($0, source.reader.settings) == .flag(true) } ?? false
        let names = alternative.parts.map(\.path.description).joined(separator: ",")
        self.init(
            scope: isShared ? .tracker(source.reader.mapping.name) : .source(source.name),
            digest: Digest32(sha256: "fields|\(names)|\(text)"), lifetime: alternative.within)
    }

    /// Held by equal content only.
    fileprivate func holding(_ content: Digest32) -> DuplicateKey {
        var key = self
        key.digest = Digest32(sha256: "content|\(digest.words)|\(content.words)")
        return key
    }
}

extension Digest32 {
    /// Equal for the same content under the same `Idempotency-Key` only.
    func with(_ message: String) -> Digest32 { Digest32(sha256: "message|\(words)|\(message)") }
}
