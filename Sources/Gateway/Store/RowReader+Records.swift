import Mappings
import Rules

/// The one decoder of each kind of record. The statements of both databases name the columns in this order.
extension RowReader {
    /// `id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, document, refunded, root, latest`.
    func conversion() -> ConversionRow {
        ConversionRow(
            id: id(0), source: text(1), tracker: text(2), receivedAt: timestamp(3), type: optionalText(4), status: optionalText(5),
            orderID: optionalText(6), clickID: optionalText(7), amount: optionalText(8), currency: optionalText(9), document: bytes(10),
            refunded: optionalText(11), root: optionalID(12), latest: optionalID(13))
    }

    /// `conversion, destination, source, order_id, state, attempts, created_at, changed_at, next_attempt, reason, remote_id,
    /// amount, currency, lines, arrived, root IS NOT NULL, logged`.
    func delivery() -> DeliveryRow {
        var row = DeliveryRow(
            id: DeliveryID(conversion: id(0), destination: text(1)), source: text(2), orderID: optionalText(3), state: state(4),
            attempts: int(5), createdAt: timestamp(6), changedAt: timestamp(7), nextAttempt: optionalTimestamp(8), reason: optionalText(9),
            remoteID: optionalText(10), amount: optionalText(11), currency: optionalText(12), tries: int(16))
        row.lines = optionalText(13).flatMap { DeliveryLines(text: $0) }
        row.hadArrived = bool(14)
        row.isCorrection = bool(15)
        return row
    }

    /// `attempts, document, round, lines`, from a column on.
    func due(_ id: DeliveryID, from first: Int32, claimEpoch: Int = 0) -> DueDelivery {
        var due = DueDelivery(id: id, attempts: int(first), document: bytes(first + 1), round: int(first + 2), claimEpoch: claimEpoch)
        due.lines = optionalText(first + 3)
        return due
    }

    /// `state, arrived, remote_id, step`, from a column on.
    func earlierDelivery(from first: Int32) -> EarlierDelivery {
        EarlierDelivery(
            state: state(first), hadArrived: bool(first + 1), remoteID: optionalText(first + 2), step: int(first + 3))
    }

    /// `number, started_at, latency, request_line, status, outcome, reply, request`.
    func attempt() -> AttemptRow {
        AttemptRow(
            number: int(0), startedAt: timestamp(1), latency: int64(2), requestLine: text(3), request: optionalText(7),
            status: optionalInt(4), outcome: AttemptOutcome(stored: text(5)), reply: text(6))
    }

    /// `number, received_at, count, document, request, note`.
    func repetition() -> RepeatRow {
        RepeatRow(
            receivedAt: timestamp(1), sameContent: int(0) == 0, count: int(2), document: optionalBytes(3),
            request: optionalBytes(4).flatMap { StoredRequest(encoded: $0) }, note: optionalText(5))
    }

    /// `id, source, tracker, received_at, order_id, document, request, repeats`.
    func waiting() -> WaitingRow {
        var row = WaitingRow(
            id: id(0), source: text(1), tracker: text(2), receivedAt: timestamp(3), orderID: optionalText(4), document: bytes(5),
            request: StoredRequest(encoded: bytes(6)))
        row.repeats = optionalInt(7) ?? 0
        return row
    }

    /// The columns of `waiting()` to `request`, then `digest`: a message that the store kept until now.
    func waited(rule: CorrectionRule) -> QueuedMessage {
        let row = ConversionRow(
            id: id(0), source: text(1), tracker: text(2), receivedAt: timestamp(3), orderID: optionalText(4), document: bytes(5))
        return QueuedMessage(row: row, request: bytes(6), content: digest(7), rule: rule)
    }

    /// `id, received_at, source, tracker, status, code, reason, request, replayed_as, replayed_at, is_cut`.
    func refused() -> RefusedRow {
        let refused = RefusedRequest(
            receivedAt: timestamp(1), source: optionalText(2), tracker: optionalText(3), status: int(4), code: text(5), reason: text(6),
            request: StoredRequest(encoded: bytes(7)) ?? StoredRequest(method: "", target: "", headers: [], body: [], peer: ""),
            isCut: bool(10))
        return RefusedRow(id: int64(0), refused: refused, replayedAs: optionalID(8), replayedAt: optionalTimestamp(9))
    }

    /// `destination, paused_at, reason`.
    func control() -> DestinationControl {
        DestinationControl(destination: text(0), pausedAt: timestamp(1), reason: text(2))
    }

    /// `node, destination, breaker, opened_at, probe_at, failures, reason, in_flight, waiting, rate, is_dry_run, last_status, answered_at,
    /// reported_at`.
    func report() -> DestinationReport {
        DestinationReport(
            node: text(0), destination: text(1), breaker: DestinationReport.Breaker(rawValue: text(2)) ?? .closed,
            openedAt: optionalTimestamp(3), probeAt: optionalTimestamp(4), failures: int(5), reason: optionalText(6), inFlight: int(7),
            waiting: int(8), rate: optionalText(9), isDryRun: bool(10), lastStatus: optionalInt(11), answeredAt: optionalTimestamp(12),
            reportedAt: timestamp(13))
    }

    /// `destination, state, count`. Nil for a state that no version wrote.
    func count() -> DeliveryCount? {
        DeliveryState(number: int64(1)).map { DeliveryCount(destination: text(0), state: $0, count: int(2)) }
    }

    /// `root, step, latest IS NOT NULL` of the conversion with this id. Nil for one without corrections, which is nearly every one.
    func place(of id: ConversionID) -> HistoryPlace? {
        if let root = optionalID(0) { return HistoryPlace(root: root, step: int(1)) }
        return bool(2) ? HistoryPlace(root: id, step: 0) : nil
    }

    /// `state, attempts, logged, changed_at, next_attempt, reason, remote_id, round, followed, lines, arrived`, from a column on.
    func progress(from first: Int32) -> DeliveryProgress {
        DeliveryProgress(
            state: state(first), attempts: int(first + 1), logged: int(first + 2), changedAt: timestamp(first + 3),
            nextAttempt: optionalTimestamp(first + 4), reason: optionalText(first + 5), remoteID: optionalText(first + 6),
            round: int(first + 7), isFollowed: bool(first + 8),
            lines: optionalText(first + 9).flatMap { DeliveryLines(text: $0) }, hadArrived: bool(first + 10))
    }

    /// `conversion, destination, number`.
    func attemptKey() -> AttemptKey {
        AttemptKey(delivery: DeliveryID(conversion: id(0), destination: text(1)), number: int64(2))
    }

    /// `conversion, number`.
    func repeatKey() -> RepeatKey { RepeatKey(conversion: id(0), number: int64(1)) }
}
