import Mappings

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

extension DuplicateKey {
    /// The key under which a request counts as sent already: the sender's `Idempotency-Key`, else what the rule makes of the conversion.
    ///
    /// - Parameter length: characters of an `Idempotency-Key`, at most.
    static func keys(
        of conversion: inout Conversion, from source: InboundSource, _ request: WireRequest, length: Int = 255
    ) -> [DuplicateKey] {
        let ruled = source.duplicates.key(of: conversion).map { text, alternative in
            let isShared = alternative.sharedBy.map { source.reader.mapping.setting($0, source.reader.settings) == .flag(true) } ?? false
            let names = alternative.parts.map(\.path.description).joined(separator: ",")
            return DuplicateKey(
                scope: isShared ? .tracker(source.reader.mapping.name) : .source(source.name),
                digest: Digest32(sha256: "fields|\(names)|\(text)"), lifetime: alternative.within)
        }
        guard let key = request.header("Idempotency-Key"), !key.isEmpty else { return ruled.map { [$0] } ?? [] }
        guard key.unicodeScalars.count <= length else {
            conversion.warnings.append("Idempotency-Key has more than \(length) characters; it was not followed")
            return ruled.map { [$0] } ?? []
        }
        let own = DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "idempotency-key|\(key)"), lifetime: nil)
        // An id that belongs to another of the tracker's sources stays a conflict, whatever key the sender made up.
        if let ruled, case .tracker = ruled.scope { return [own, ruled] }
        return [own]
    }
}
