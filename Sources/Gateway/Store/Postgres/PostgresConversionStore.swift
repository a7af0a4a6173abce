import Mappings
import Rules
import Synchronization

/// Conversions in a PostgreSQL database that any number of gateways share.
///
/// Each gateway is a *node* with a lease. What it stores it holds, so that it can deliver at once; what no node holds, or a node whose lease
/// has run out, is claimed in batches. Writes are gathered as in the embedded store, on connections of their own: intake, results, all
/// else. No call blocks a thread that others need.
final class PostgresConversionStore: SQLStore {
    /// Who opens the store.
    enum Role: Sendable {
        /// Delivers, and so holds what it stores.
        case node
        /// Looks or repairs while nodes run beside it.
        case command
    }

    let address: PostgresAddress
    let commits = CommitMetrics()
    /// The address as people may see it.
    let place: String
    let pruning = Mutex(PrunePlaces())
    let intakeLane, resultLane: PostgresLane
    private let repairLane, claimLane, readLane, leaseLane: PostgresLane
    private let accepts: PostgresBatches<QueuedSubmission, Acceptance>
    private let corrections: PostgresBatches<QueuedSubmission, CorrectionResult>
    private let results: PostgresBatches<AttemptResult, Bool>
    private let uncertain: UncertainResults
    /// When the last transaction of results began.
    private let lastResults = Mutex(ContinuousClock.now)
    private let keeps: PostgresBatches<RefusedRequest, Int64?>
    private let counts: PostgresBatches<IgnoredMessage, Void>
    let writer: PostgresWriter
    private let node: PostgresNode?

    /// Connects and looks at the schema; blocks until then. Further connections are opened when they are needed.
    ///
    /// - Parameter report: called with a sentence that an operator should read.
    init(
        _ address: PostgresAddress, role: Role = .node, limits: PostgresLimits = PostgresLimits(),
        report: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(StoreError) {
        self.address = address
        place = address.description
        let usual = PostgresLane.Settings(statementTimeout: limits.patience * 2 / 3, patience: limits.patience)
        var byKey = usual
        byKey.findsByKey = true
        let quick = PostgresLane.Settings(statementTimeout: limits.lease / 3, patience: limits.lease / 2)
        let patient = PostgresLane.Settings(statementTimeout: .seconds(60), patience: .seconds(70))
        intakeLane = PostgresLane("intake", address, settings: byKey, commits: commits)
        resultLane = PostgresLane("results", address, settings: byKey, commits: commits)
        repairLane = PostgresLane("repair", address, settings: usual)
        claimLane = PostgresLane("claims", address, settings: usual)
        leaseLane = PostgresLane("lease", address, settings: quick)
        readLane = PostgresLane("reads", address, settings: role == .node ? usual : patient)

        try readLane.open()
        let place = place
        try readLane.check { connection in try PostgresSchema.check(connection, place: place) }
        node = role == .node ? try PostgresNode(leaseLane, lease: limits.lease, report: report) : nil
        let writer = PostgresWriter(node: node?.id ?? 0, refusedLimits: limits.refused)
        self.writer = writer
        accepts = Self.accepts(on: intakeLane, writer, limits)
        let uncertain = UncertainResults()
        self.uncertain = uncertain
        results = PostgresBatches(resultLane, capacity: limits.queued, batchLimit: limits.batch) {
            connection, inputs, isRetry throws(PostgresFailure) in
            try uncertain.guarding(inputs) { wasTried throws(PostgresFailure) in
                try writer.record(inputs, connection, isRetry: isRetry || wasTried)
            }
        }
        corrections = PostgresBatches(intakeLane, capacity: limits.queued, batchLimit: 32) {
            connection, inputs, isRetry throws(PostgresFailure) in try writer.correct(inputs, connection, isRetry: isRetry)
        }
        keeps = PostgresBatches(repairLane, capacity: limits.queued, batchLimit: limits.batch) {
            connection, inputs, _ throws(PostgresFailure) in
            try writer.keep(inputs, connection).map(Optional.some)
        }
        counts = PostgresBatches(repairLane, capacity: limits.queued, batchLimit: limits.batch) {
            connection, inputs, _ throws(PostgresFailure) in
            try writer.count(inputs, connection)
            return inputs.map { _ in () }
        }
    }

    private static func accepts(
        on lane: PostgresLane, _ writer: PostgresWriter, _ limits: PostgresLimits
    ) -> PostgresBatches<QueuedSubmission, Acceptance> {
        PostgresBatches(
            lane, capacity: limits.queued, batchLimit: limits.batch,
            shortcut: { connection, inputs throws(PostgresFailure) in try writer.acceptNew(inputs, connection) },
            commit: { connection, inputs, isRetry throws(PostgresFailure) in try writer.accept(inputs, connection, isRetry: isRetry) })
    }

    /// Sets the database up or brings it up to date; blocks. Returns the schema's version before and after.
    static func migrate(_ address: PostgresAddress) throws(StoreError) -> (before: Int, after: Int) {
        let lane = PostgresLane("migrate", address, settings: .init(statementTimeout: .seconds(3600), patience: .seconds(3700)))
        try lane.open()
        var before = 0
        try lane.check { connection in before = try PostgresSchema.migrate(connection, place: address.description) }
        return (before, PostgresSchema.version)
    }

    var holdsClaims: Bool { node?.holdsClaims ?? true }
    var claimEpoch: Int { node?.gaps ?? 0 }

    /// Clears away what ended nodes have left; nodes do so by themselves about once a minute. Blocks.
    func sweep() throws(StoreError) { try node?.sweep() }

    // MARK: Writing

    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance { try await accepts.add(QueuedSubmission(submission)) }
    @discardableResult
    func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64? { try await keeps.add(refused) }
    func count(_ ignored: IgnoredMessage) async throws(StoreError) { try await counts.add(ignored) }
    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool {
        do throws(StoreError) {
            return try await results.add(result)
        } catch {
            // A tracker's words that the database cannot hold must not keep back what became of the delivery.
            guard error.kind == .unstorable else { throw error }
            return try await results.add(result.withoutWords)
        }
    }

    func record(_ all: [AttemptResult]) async throws(StoreError) -> Bool {
        if all.count == 1 { return try await record(all[0]) }
        do throws(StoreError) {
            return try await recordTogether(all)
        } catch {
            guard error.kind == .unstorable else { throw error }
            var hasReleased = false
            for result in all where try await record(result) { hasReleased = true }
            return hasReleased
        }
    }

    /// No sender waits for results, so they come in few transactions: one begins a hundredth of a second after the last at the earliest.
    private func gatherResults() async {
        let wait = lastResults.withLock { last in
            let now = ContinuousClock.now
            let wait = max(.zero, last.advanced(by: Self.pauseBetweenResults) - now)
            last = now + wait
            return wait
        }
        if wait > .zero { try? await Task.sleep(for: wait) }
    }

    private static let pauseBetweenResults: Duration = .milliseconds(10)

    private func recordTogether(_ all: [AttemptResult]) async throws(StoreError) -> Bool {
        await gatherResults()
        let (writer, uncertain) = (writer, uncertain)
        let released = try await resultLane.perform { connection, isRetry throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return try uncertain.guarding(all) { wasTried throws(PostgresFailure) in
                    try writer.record(all, connection, isRetry: isRetry || wasTried)
                }
            } catch {
                try connection.rollback(after: error)
                throw error
            }
        }
        return released.contains(true)
    }

    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult {
        try await corrections.add(QueuedSubmission(submission))
    }

    func requeue(_ deliveries: [Requeue], at now: Timestamp) async throws(StoreError) -> Int {
        var changed = 0
        // In portions, so that a large replay does not keep others waiting.
        for portion in deliveries.portions(of: 500) {
            changed += try await repair { writer, connection throws(PostgresFailure) in try writer.requeue(portion, at: now, connection) }
        }
        return changed
    }

    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError) {
        let exists = try await repair { writer, connection throws(PostgresFailure) in try writer.addDelivery(delivery, at: now, connection)
        }
        guard exists else { throw .noConversion(delivery.conversion) }
    }

    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError) {
        try await repair { _, connection throws(PostgresFailure) in
            _ = try connection.run(
                sql: "UPDATE refused SET replayed_as = $2::uuid, replayed_at = $3::bigint WHERE id = $1::bigint",
                PostgresParameters(id, conversion, now))
        }
    }

    func checkWritable() async throws(StoreError) {
        try await repair { writer, connection throws(PostgresFailure) in try writer.beat(connection) }
    }

    func close() async {
        // Finishes what is queued first, then gives back what this node holds.
        await accepts.close()
        await corrections.close()
        await results.close()
        await keeps.close()
        await counts.close()
        await node?.close()
        for lane in [intakeLane, resultLane, repairLane, claimLane, readLane, leaseLane] { await lane.close() }
    }

    /// As reports name this process.
    var nodeName: String { node?.name ?? "" }

    func repair<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresWriter, PostgresConnection) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        let writer = writer
        return try await repairLane.perform { connection, _ throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return try body(writer, connection)
            } catch {
                try connection.rollback(after: error)
                throw error
            }
        }
    }

    // MARK: Reading

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (PostgresConnection) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        try await readLane.perform { connection, _ throws(PostgresFailure) in try body(connection) }
    }

    /// On the connection that looks for work.
    func claim<Value: Sendable>(
        _ body: @escaping @Sendable (_ connection: PostgresConnection, _ node: Int64) throws(PostgresFailure) -> Value
    ) async throws(StoreError) -> Value {
        let node = writer.node
        return try await claimLane.perform { connection, _ throws(PostgresFailure) in try body(connection, node) }
    }
}

extension AttemptResult {
    /// What became of the delivery, without anything that the tracker said.
    fileprivate var withoutWords: Self {
        var copy = self
        copy.reason = "the database cannot hold what was sent or answered"
        copy.remoteID = nil
        copy.lines = copy.lines?.withoutNotes
        copy.attempt?.requestLine = ""
        copy.attempt?.request = nil
        copy.attempt?.reply = ""
        return copy
    }
}
