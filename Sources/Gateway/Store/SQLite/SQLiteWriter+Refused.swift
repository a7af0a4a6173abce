import Mappings
import Rules

extension SQLiteWriter {
    /// Keeps the request; if that is too much, the fullest source of its class makes room.
    func keep(_ refused: RefusedRequest) throws(SQLiteFailure) {
        let bounds = refusedLimits.bounds(isStranger: refused.source == nil)
        guard !bounds.isNothing else { return }
        let kept = refused.fitting(bounds.bytes)
        let request = kept.request.encoded
        let bytes = kept.size(request)
        let source = try kept.source.map { name throws(SQLiteFailure) in try number(of: name) }
        try run(
            """
            INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes, is_cut)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """, kept.receivedAt, source, try kept.tracker.map { name throws(SQLiteFailure) in try number(of: name) }, kept.status,
            kept.code, kept.reason, request, source == nil, bytes, kept.isCut)
        try addRefused(source ?? 0, count: 1, bytes: bytes)
        let shares = try rows("SELECT source, count, bytes FROM refused_share WHERE (source = 0) = ?1", source == nil) {
            (source: $0.int64(0), count: $0.int(1), bytes: $0.int(2))
        }
        try makeRoom(RefusedShares(shares, within: bounds, newest: source ?? 0))
    }

    private func makeRoom(_ shares: RefusedShares<Int64>) throws(SQLiteFailure) {
        var shares = shares
        while let source = shares.givesWay {
            // Strangers have no source.
            let column = source == 0 ? Int64?.none : source
            let oldest = try first("SELECT id, bytes FROM refused WHERE source IS ?1 ORDER BY id LIMIT 1", column) {
                (id: $0.int64(0), bytes: $0.int(1))
            }
            guard let oldest else {
                shares.forget(source)
                continue
            }
            try removeRefused(oldest.id)
            shares.remove(oldest.bytes, of: source)
        }
    }

    func removeRefused(_ id: Int64) throws(SQLiteFailure) {
        let removed = try first("DELETE FROM refused WHERE id = ?1 RETURNING coalesce(source, 0), bytes", id) { ($0.int64(0), $0.int(1)) }
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
