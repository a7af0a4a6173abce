import Mappings
import Rules

extension SQLiteWriter {
    /// Keeps the request and removes the oldest of its class, so that strangers crowd out strangers only.
    func keep(_ refused: RefusedRequest) throws(SQLiteFailure) {
        let isStranger = refused.source == nil
        let bounds = refusedLimits.bounds(isStranger: isStranger)
        guard !bounds.isNothing else { return }
        let kept = refused.fitting(bounds.bytes)
        let request = kept.request.encoded
        let bytes = kept.size(request)
        try run(
            """
            INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """, kept.receivedAt, try kept.source.map { name throws(SQLiteFailure) in try number(of: name) },
            try kept.tracker.map { name throws(SQLiteFailure) in try number(of: name) }, kept.status, kept.code, kept.reason, request,
            isStranger, bytes)
        let newest = lastRowID
        try addRefused(isStranger: isStranger, count: 1, bytes: bytes)
        while let sum = try first(
            "SELECT count, bytes FROM refused_sum WHERE is_stranger = ?1", isStranger, decode: { ($0.int(0), $0.int(1)) }),
            bounds.areExceeded(count: sum.0, bytes: sum.1),
            let oldest = try first(
                "SELECT id FROM refused WHERE is_stranger = ?1 ORDER BY id LIMIT 1", isStranger, decode: { $0.int64(0) }),
            oldest != newest
        {
            try removeRefused(oldest)
        }
    }

    func removeRefused(_ id: Int64) throws(SQLiteFailure) {
        let removed = try first("DELETE FROM refused WHERE id = ?1 RETURNING is_stranger, bytes", id) { ($0.bool(0), $0.int(1)) }
        if let (isStranger, bytes) = removed { try addRefused(isStranger: isStranger, count: -1, bytes: -bytes) }
    }

    private func addRefused(isStranger: Bool, count: Int, bytes: Int) throws(SQLiteFailure) {
        try run("UPDATE refused_sum SET count = count + ?2, bytes = bytes + ?3 WHERE is_stranger = ?1", isStranger, count, bytes)
    }
}
