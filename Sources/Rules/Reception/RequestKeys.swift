import Mappings

/// Under which keys a request counts as sent already.
package struct RequestKeys: Sendable {
    /// The sender's `Idempotency-Key`, else what the rule makes of the conversion.
    package var keys: [DuplicateKey]
    /// The rule's key, if an `Idempotency-Key` took its place.
    package var replaced: DuplicateKey?
    /// The `Idempotency-Key` that was followed.
    package var message: String?

    /// - Parameter length: characters of an `Idempotency-Key`, at most.
    package init(of conversion: inout Conversion, from source: ReceivingSource, _ request: WireRequest, length: Int = 255) {
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
        // An id that belongs to another of the tracker's sources stays a conflict, whatever key the sender made up. If repeats correct, the
        // header distinguishes messages, and the rule conversions.
        if case .tracker = ruled.scope { keys = [own, ruled] } else { keys = source.repeats.corrects ? [own, ruled] : [own] }
        if keys.count == 1, source.takesCorrections { replaced = ruled }
    }
}

extension DuplicateKey {
    /// What the source's rule makes of a conversion; nil if the rule's fields are missing.
    package init?(ruled conversion: Conversion, from source: ReceivingSource) {
        guard let (text, alternative) = source.duplicates.key(of: conversion) else { return nil }
        let isShared = alternative.sharedBy.map { source.reader.mapping.setting($0, source.reader.settings) == .flag(true) } ?? false
        let names = alternative.parts.map(\.path.description).joined(separator: ",")
        self.init(
            scope: isShared ? .tracker(source.reader.mapping.name) : .source(source.name),
            digest: Digest32(sha256: "fields|\(names)|\(text)"), lifetime: alternative.within)
    }

    /// The signature as a key of its own, if the source remembers signatures: one that was recorded and sent again is a repeat, whatever else was
    /// changed about the request. In lower case, since either is accepted.
    package static func signature(of parsed: ParsedRequest, from source: ReceivingSource) -> DuplicateKey? {
        guard let window = source.freshness?.replayWindow, let plan = source.reader.mapping.signature,
            let given = parsed.value(atFirstOf: plan.places)
        else { return nil }
        let text = plan.encoding.comparable(given)
        return DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "signature|\(text)"), lifetime: window)
    }

    /// Held by equal content only.
    package func holding(_ content: Digest32) -> DuplicateKey {
        var key = self
        key.digest = Digest32(sha256: "content|\(digest.words)|\(content.words)")
        return key
    }
}

extension Digest32 {
    /// Equal for the same content under the same `Idempotency-Key` only.
    package func with(_ message: String) -> Digest32 { Digest32(sha256: "message|\(words)|\(message)") }
}
