import Mappings
import Rules

/// The repeats that a batch found: equal ones are counted together, others are kept one by one.
struct PostgresRepeats {
    private var equal: [ConversionID: (count: Int64, last: Timestamp, note: String?)] = [:]
    private var others: [(first: ConversionID, message: QueuedMessage, note: String?)] = []

    /// A step of a history is written elsewhere.
    mutating func add(_ write: HistoryWrite, _ message: QueuedMessage, to first: ConversionID) {
        switch write {
        case .step, .nothing: break
        case .otherRepeat(let note): others.append((first, message, note))
        case .equalRepeat(let note):
            equal[first, default: (0, message.row.receivedAt, nil)].count += 1
            equal[first]?.last = message.row.receivedAt
            if let note { equal[first]?.note = note }
        }
    }

    /// Counts the equal ones, in the order of their ids.
    var equalSteps: [PostgresConnection.Step] {
        guard !equal.isEmpty else { return [] }
        let rows = equal.sorted { $0.key < $1.key }
        let parameters = PostgresParameters(
            PostgresArray(rows, \.key), PostgresArray(rows) { $0.value.count }, PostgresArray(rows) { $0.value.last },
            PostgresArray(rows) { $0.value.note })
        return [(.countEqualRepeats, parameters)]
    }

    /// Keeps or counts the others, in the order of the first conversions' ids. The first is locked, since its repeats are numbered.
    func keepOthers(_ connection: PostgresConnection) throws(PostgresFailure) {
        for (first, message, note) in others.sorted(by: { ($0.first, $0.message.id) < ($1.first, $1.message.id) }) {
            let (id, receivedAt) = (PostgresParameters(first), message.row.receivedAt)
            let known = PostgresParameters(first, receivedAt, message.content, note)
            let results = try connection.run([(.lockFirst, id), (.countKnownRepeat, known), (.lastRepeat, id)])
            if !results[1].isEmpty { continue }
            let last = results[2][0].int(0)
            if last >= RepeatRow.keptWhole {
                _ = try connection.run(.countLostRepeat, PostgresParameters(first, RepeatRow.keptWhole + 1, receivedAt))
            } else {
                let kept = PostgresParameters(
                    first, last + 1, receivedAt, message.content, message.row.document, message.request, note)
                _ = try connection.run(.insertRepeat, kept)
            }
        }
    }
}

extension PostgresStatement {
    fileprivate static let countEqualRepeats = Self(
        "count_equal_repeats",
        """
        INSERT INTO repeat AS r (conversion, number, received_at, count, note)
        SELECT conversion, 0, at, count, note
        FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) AS w (conversion, count, at, note)
        ON CONFLICT (conversion, number) DO UPDATE
            SET count = r.count + excluded.count, received_at = excluded.received_at, note = coalesce(excluded.note, r.note)
        """)
    static let lockFirst = Self("lock_first", "SELECT 1 FROM conversion WHERE id = $1::uuid FOR UPDATE")
    fileprivate static let countKnownRepeat = Self(
        "count_known_repeat",
        """
        UPDATE repeat SET count = count + 1, received_at = $2::bigint, note = coalesce($4::text, note)
        WHERE conversion = $1::uuid AND number > 0 AND digest = $3::uuid RETURNING 1
        """)
    fileprivate static let lastRepeat = Self(
        "last_repeat", "SELECT coalesce(max(number), 0) FROM repeat WHERE conversion = $1::uuid AND number > 0")
    fileprivate static let insertRepeat = Self(
        "insert_repeat",
        """
        INSERT INTO repeat (conversion, number, received_at, count, digest, document, request, note)
        VALUES ($1::uuid, $2::bigint, $3::bigint, 1, $4::uuid, $5::bytea, $6::bytea, $7::text)
        """)
    fileprivate static let countLostRepeat = Self(
        "count_lost_repeat",
        """
        INSERT INTO repeat AS r (conversion, number, received_at, count) VALUES ($1::uuid, $2::bigint, $3::bigint, 1)
        ON CONFLICT (conversion, number) DO UPDATE SET count = r.count + 1, received_at = excluded.received_at
        """)
}
