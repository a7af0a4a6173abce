import Mappings
import Rules

/// One duplicate key on behalf of one conversion. Claims sort the same way on every node.
struct KeyClaim: Comparable {
    var digest: KeptDigest
    var scope: String
    var conversion: ConversionID
    var expiresAt: Timestamp?

    init(_ key: DuplicateKey, _ conversion: ConversionRow) { self.init(key, of: conversion.id, at: conversion.receivedAt) }

    init(_ key: DuplicateKey, of conversion: ConversionID, at time: Timestamp) {
        digest = key.digest.kept
        scope = key.scope.column
        self.conversion = conversion
        expiresAt = key.lifetime.map { time.advanced(by: $0) }
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.digest, left.scope, left.conversion) < (right.digest, right.scope, right.conversion)
    }
}

extension [KeyClaim] {
    /// Of all keys of these submissions, in the one order.
    init(_ inputs: [QueuedSubmission]) {
        self = []
        reserveCapacity(inputs.count)
        for input in inputs { for key in input.submission.keys { append(KeyClaim(key, input.message.row)) } }
        sort()
    }

    /// Of all keys of these submissions, in the one order.
    init(_ submissions: some Sequence<Submission>) {
        self = submissions.flatMap { submission in submission.keys.map { KeyClaim($0, submission.conversion) } }.sorted()
    }

    var parameters: PostgresParameters {
        var parameters = PostgresParameters()
        add(to: &parameters)
        return parameters
    }

    /// Four columns.
    func add(to parameters: inout PostgresParameters) {
        parameters.addColumn(self) { $0.digest }
        parameters.addColumn(self) { $0.scope }
        parameters.addColumn(self) { $0.conversion }
        parameters.addColumn(self) { $0.expiresAt }
    }
}

extension DuplicateKey.Scope {
    /// `s:` and a source's name, or `t:` and a tracker's.
    var column: String {
        switch self {
        case .source(let name): "s:" + name
        case .tracker(let name): "t:" + name
        }
    }
}

/// Who holds the keys that a batch asked for.
struct KeyHolders {
    private struct Key: Hashable {
        var digest: KeptDigest
        var scope: String
    }
    private var holders: [Key: (source: String, id: ConversionID, expiresAt: Timestamp?, content: KeptDigest)] = [:]
    /// Corrections that wait for their conversion, or waited and changed nothing.
    private var messages: [Key: (id: ConversionID, expiresAt: Timestamp?)] = [:]
    private var digests: [ConversionID: KeptDigest] = [:]
    /// All that were seen to hold a key, also if that has expired.
    private(set) var ids = PostgresArray(.uuid)

    /// Rows of key, scope, holder, expiry, the holder's source and content; without key and scope: a conversion's own content.
    init(_ rows: PostgresResult) {
        for row in rows {
            let id = row.id(2)
            guard !row.isNull(0) else {
                digests[id] = row.digest(5)
                continue
            }
            ids.append(id)
            let key = Key(digest: row.digest(0), scope: row.text(1))
            // A correction that waits for its conversion holds nothing.
            guard let source = row.optionalText(4) else {
                messages[key] = (id, row.optionalTimestamp(3))
                continue
            }
            holders[key] = (source, id, row.optionalTimestamp(3), row.digest(5))
        }
    }

    /// The content that is stored under this very id.
    func digest(of id: ConversionID) -> KeptDigest? { digests[id] }

    /// The correction that came first with this signature and has not become a step.
    func message(with signature: DuplicateKey, at time: Timestamp) -> ConversionID? {
        guard let found = messages[Key(digest: signature.digest.kept, scope: signature.scope.column)] else { return nil }
        return found.expiresAt.map { $0 > time } ?? true ? found.id : nil
    }

    func holder(of newcomer: Submission, everHeld: Bool = false) -> KeyHolder? {
        let found = newcomer.keys.compactMap { key -> KeyHolder? in
            guard let found = holders[Key(digest: key.digest.kept, scope: key.scope.column)] else { return nil }
            var holder = KeyHolder(
                id: found.id, of: found.source, own: newcomer.sources, expiresAt: found.expiresAt, content: found.content)
            holder.isSameRequest = key == newcomer.requestID
            return holder
        }
        return KeyHolder.first(among: found, at: newcomer.conversion.receivedAt, everHeld: everHeld)
    }
}
