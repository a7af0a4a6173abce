import Mappings
import Rules

/// One duplicate key on behalf of one conversion. Claims sort the same way on every node.
struct KeyClaim: Comparable {
    var digest: Digest32
    /// `s:` and a source's name, or `t:` and a tracker's.
    var scope: String
    var conversion: ConversionID
    var expiresAt: Timestamp?

    init(_ key: DuplicateKey, _ conversion: ConversionRow) {
        digest = key.digest.kept
        scope = key.scope.column
        self.conversion = conversion.id
        expiresAt = key.lifetime.map { conversion.receivedAt.advanced(by: $0) }
    }

    static func < (left: Self, right: Self) -> Bool {
        (left.digest.words.0, left.digest.words.1, left.scope, left.conversion)
            < (right.digest.words.0, right.digest.words.1, right.scope, right.conversion)
    }
}

extension [KeyClaim] {
    var parameters: PostgresParameters {
        var digests = PostgresArray(.uuid, capacity: count)
        var scopes = PostgresArray(.text, capacity: count)
        var conversions = PostgresArray(.uuid, capacity: count)
        var expiries = PostgresArray(.bigint, capacity: count)
        for claim in self {
            digests.append(claim.digest)
            scopes.append(claim.scope)
            conversions.append(claim.conversion)
            expiries.append(claim.expiresAt)
        }
        var parameters = PostgresParameters()
        parameters.add(digests)
        parameters.add(scopes)
        parameters.add(conversions)
        parameters.add(expiries)
        return parameters
    }
}

extension DuplicateKey.Scope {
    var column: String {
        switch self {
        case .source(let name): "s:" + name
        case .tracker(let name): "t:" + name
        }
    }
}

/// Who holds the keys that a batch asked for.
struct KeyHolders {
    struct Holder {
        var id: ConversionID
        var source: String
        var digest: Digest32
        var expiresAt: Timestamp?
    }
    private struct Key: Hashable {
        var digest: Digest32
        var scope: String
    }
    private var holders: [Key: Holder] = [:]
    private var digests: [ConversionID: Digest32] = [:]
    /// All that were seen to hold a key, whether they still may or not.
    private(set) var ids = PostgresArray(.uuid)

    /// Rows of key, scope, holder, expiry, the holder's source and content; without key and scope: a conversion's own content.
    init(_ result: PostgresResult) {
        for row in result.rows {
            let id = result.id(row, 2)
            guard !result.isNull(row, 0) else {
                digests[id] = result.digest(row, 5)
                continue
            }
            ids.append(id)
            // A holder that was forgotten meanwhile holds nothing.
            guard let source = result.optionalText(row, 4) else { continue }
            let holder = Holder(id: id, source: source, digest: result.digest(row, 5), expiresAt: result.optionalTimestamp(row, 3))
            holders[Key(digest: result.digest(row, 0), scope: result.text(row, 1))] = holder
        }
    }

    /// The content that is stored under this very id.
    func digest(of id: ConversionID) -> Digest32? { digests[id] }

    /// The oldest conversion that holds one of the keys at the newcomer's time; the source's own go before another's.
    ///
    /// - Parameter everHeld: a key whose time has passed counts too.
    func holder(of newcomer: Submission, everHeld: Bool = false) -> (id: ConversionID, digest: Digest32, isOthers: Bool)? {
        var best: (id: ConversionID, digest: Digest32, isOthers: Bool)?
        for key in newcomer.keys {
            guard let holder = holders[Key(digest: key.digest.kept, scope: key.scope.column)] else { continue }
            if let expiry = holder.expiresAt, expiry <= newcomer.conversion.receivedAt, !everHeld { continue }
            let isOthers = holder.source != newcomer.conversion.source
            if let best, (best.isOthers ? 1 : 0, best.id) <= (isOthers ? 1 : 0, holder.id) { continue }
            best = (holder.id, holder.digest, isOthers)
        }
        return best
    }
}
