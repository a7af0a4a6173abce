import Mappings
import Rules

extension SQLiteWriter {
    /// Keeps the request; if that is too much, the fullest source of its class makes room.
    ///
    /// - Returns: its number; nil if nothing of its class is kept.
    func keep(_ refused: RefusedRequest) throws(SQLiteFailure) -> Int64? {
        let bounds = refusedLimits.bounds(of: refused.kind)
        guard !bounds.isNothing else { return nil }
        let kept = refused.fitting(bounds.bytes)
        let request = kept.request.encoded
        let bytes = kept.size(request)
        let source = try kept.source.map { name throws(SQLiteFailure) in try number(of: name) }
        let id = try first(
            """
            INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes, is_cut)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) RETURNING id
            """, kept.receivedAt, source, try kept.tracker.map { name throws(SQLiteFailure) in try number(of: name) }, kept.status,
            kept.code, kept.reason, request, source == nil, bytes, kept.isCut
        ) { $0.int64(0) }
        let share = source ?? (kept.kind == .unrouted ? -1 : 0)
        try addRefused(share, count: 1, bytes: bytes)
        let shares = try rows(
            "SELECT source, count, bytes FROM refused_share WHERE CASE WHEN ?1 > 0 THEN source > 0 ELSE source = ?1 END", share
        ) { (source: $0.int64(0), count: $0.int(1), bytes: $0.int(2)) }
        try makeRoom(RefusedShares(shares, within: bounds, newest: share))
        return id
    }

    private func makeRoom(_ shares: RefusedShares<Int64>) throws(SQLiteFailure) {
        var shares = shares
        while let source = shares.givesWay {
            // Strangers have no source, and what reached no tracker has no tracker either.
            let column = source > 0 ? source : Int64?.none
            let oldest = try first(
                "SELECT id, bytes FROM refused WHERE source IS ?1 AND (?2 > 0 OR (tracker IS NULL) = (?2 = -1)) ORDER BY id LIMIT 1",
                column,
                source
            ) { (id: $0.int64(0), bytes: $0.int(1)) }
            guard let oldest else {
                shares.forget(source)
                continue
            }
            try removeRefused(oldest.id)
            shares.remove(oldest.bytes, of: source)
        }
    }

    func removeRefused(_ id: Int64) throws(SQLiteFailure) {
        let removed = try first("DELETE FROM refused WHERE id = ?1 RETURNING \(SQLiteSchema.refusedShare), bytes", id) {
            ($0.int64(0), $0.int(1))
        }
        if let (source, bytes) = removed { try addRefused(source, count: -1, bytes: -bytes) }
    }

    private func addRefused(_ source: Int64, count: Int, bytes: Int) throws(SQLiteFailure) {
        try run(
            """
            INSERT INTO refused_share VALUES (?1, ?2, ?3)
            ON CONFLICT (source) DO UPDATE SET count = count + excluded.count, bytes = bytes + excluded.bytes
            """, source, count, bytes)
    }
}
