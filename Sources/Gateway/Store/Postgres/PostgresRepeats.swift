import Mappings
import Rules

/// The repeats that a batch found: equal ones are counted together, others are kept one by one.
struct PostgresRepeats {
    private var equal: [ConversionID: (count: Int64, last: Timestamp, note: String?)] = [:]
    private var others: [(first: ConversionID, input: QueuedSubmission, note: String?)] = []

    /// - Parameter digest: of the first conversion's content.
    @discardableResult
    mutating func add(_ input: QueuedSubmission, of first: ConversionID, digest: Digest32, note: String? = nil) -> Acceptance {
        let isEqual = digest == input.submission.content.kept
        if isEqual {
            addEqual(input, of: first, note: note)
        } else {
            others.append((first, input, note))
        }
        return .duplicate(of: first, sameContent: isEqual)
    }

    mutating func addEqual(_ input: QueuedSubmission, of first: ConversionID, note: String? = nil) {
        let receivedAt = input.submission.conversion.receivedAt
        equal[first, default: (0, receivedAt, nil)].count += 1
        equal[first]?.last = receivedAt
        if let note { equal[first]?.note = note }
    }

    /// Counts the equal ones, in the order of their ids.
    var equalSteps: [PostgresConnection.Step] {
        guard !equal.isEmpty else { return [] }
        var ids = PostgresArray(.uuid)
        var counts = PostgresArray(.bigint)
        var times = PostgresArray(.bigint)
        var notes = PostgresArray(.text)
        for (id, tally) in equal.sorted(by: { $0.key < $1.key }) {
            ids.append(id)
            counts.append(tally.count)
            times.append(tally.last)
            notes.append(tally.note)
        }
        var parameters = PostgresParameters()
        parameters.add(ids)
        parameters.add(counts)
        parameters.add(times)
        parameters.add(notes)
        return [(.countEqualRepeats, parameters)]
    }

    /// Keeps or counts the others, in the order of the first conversions' ids. The first is locked, since its repeats are numbered.
    func keepOthers(_ connection: PostgresConnection) throws(PostgresFailure) {
        let sorted = others.sorted { ($0.first, $0.input.submission.conversion.id) < ($1.first, $1.input.submission.conversion.id) }
        for (first, input, note) in sorted {
            let receivedAt = input.submission.conversion.receivedAt
            var id = PostgresParameters()
            id.add(first)
            var known = id
            known.add(receivedAt)
            known.add(input.submission.content)
            known.add(note)
            let results = try connection.run([(.lockFirst, id), (.countKnownRepeat, known), (.lastRepeat, id)])
            if !results[1].isEmpty { continue }
            let number = results[2].int(0, 0) + 1
            var kept = id
            kept.add(min(number, SQLiteWriter.keptRepeats + 1))
            kept.add(receivedAt)
            guard number <= SQLiteWriter.keptRepeats else {
                _ = try connection.run(.countLostRepeat, kept)
                continue
            }
            kept.add(input.submission.content)
            kept.add(input.submission.conversion.document)
            kept.add(input.request)
            kept.add(note)
            _ = try connection.run(.insertRepeat, kept)
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
