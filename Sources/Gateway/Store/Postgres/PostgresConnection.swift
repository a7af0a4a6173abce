import CPostgres
import Foundation

/// A statement that a connection compiles at its first use. The name is the statement's own text's, so each text has one.
struct PostgresStatement: Sendable {
    let name: String
    let sql: String

    init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    static let begin = Self("begin", "BEGIN")
    static let commit = Self("commit", "COMMIT")
    static let rollback = Self("rollback", "ROLLBACK")
}

/// One connection to PostgreSQL through libpq.
///
/// Blocks, never for longer than `patience`; belongs to one lane and is used there only. Statements are sent in pipelines: several in
/// one go, then their results. If one fails, those behind it are not run.
final class PostgresConnection {
    typealias Step = (statement: PostgresStatement, parameters: PostgresParameters)

    private let handle: OpaquePointer
    private let patience: Duration
    private var known: Set<String> = []

    /// - Parameters:
    ///   - statementTimeout: after which the server gives a statement up.
    ///   - patience: after which this end gives the server up; longer than the other.
    ///   - findsByKey: each statement is compiled once, and uses an index wherever there is one. Otherwise one that is compiled while a table
    ///     is small reads the whole of it each time, and goes on so when the table has grown.
    init(
        _ address: PostgresAddress, statementTimeout: Duration, patience: Duration, findsByKey: Bool = false
    ) throws(PostgresFailure) {
        self.patience = patience
        let parameters = address.parameters
        let keywords = parameters.map { strdup($0.keyword) }
        let values = parameters.map { strdup($0.value) }
        defer { for text in keywords + values { free(text) } }
        let handle = PQconnectdbParams(keywords.map { UnsafePointer($0) } + [nil], values.map { UnsafePointer($0) } + [nil], 0)
        guard let handle else { throw PostgresFailure(message: "no memory is left for a connection", isLost: true) }
        self.handle = handle
        guard PQstatus(handle) == CONNECTION_OK else { throw ownFailure() }
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        try prepareSession(statementTimeout: statementTimeout, findsByKey: findsByKey)
        guard PQsetnonblocking(handle, 1) == 0, PQenterPipelineMode(handle) == 1 else { throw ownFailure() }
    }

    deinit { PQfinish(handle) }

    /// What was acknowledged must be on the server's disk, whatever the server's own default; a stricter setting stays.
    private func prepareSession(statementTimeout: Duration, findsByKey: Bool) throws(PostgresFailure) {
        let milliseconds = Int(statementTimeout / .milliseconds(1))
        let sql = """
            SELECT set_config('synchronous_commit', 'on', false)
                WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
            SET statement_timeout = \(milliseconds);
            SET idle_in_transaction_session_timeout = \(2 * milliseconds);
            SET default_transaction_isolation = 'read committed';
            SET jit = off;
            \(findsByKey ? Self.byKey : "")
            """
        guard let result = PQexec(handle, sql) else { throw ownFailure() }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else { throw PostgresFailure(result, isLost: true) }
    }

    private static let byKey = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;"

    private func ownFailure() -> PostgresFailure {
        let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        return PostgresFailure(message: text.isEmpty ? "the connection broke" : PostgresFailure.oneLine(text), isLost: true)
    }

    /// Whether the last use left it fit for the next.
    var isAlive: Bool { PQstatus(handle) == CONNECTION_OK }

    // MARK: Running

    /// Sends the steps in one go and returns their results in order; the first failure of one is thrown.
    func run(_ steps: [Step]) throws(PostgresFailure) -> [PostgresResult] {
        var expected: [Expected] = []
        for step in steps {
            if !known.contains(step.statement.name), !expected.contains(where: { $0.prepares == step.statement.name }) {
                guard PQsendPrepare(handle, step.statement.name, step.statement.sql, 0, nil) == 1 else { throw ownFailure() }
                expected.append(Expected(prepares: step.statement.name))
            }
            try send(step)
            expected.append(Expected(prepares: nil))
        }
        return try finish(expected)
    }

    func run(
        _ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters()
    ) throws(PostgresFailure) -> PostgresResult {
        try run([(statement, parameters)])[0]
    }

    /// Runs a text that is not worth compiling: it is planned with its parameters in view.
    func run(sql: String, _ parameters: PostgresParameters = PostgresParameters()) throws(PostgresFailure) -> PostgresResult {
        try withPointers(parameters) { values, lengths, formats in
            PQsendQueryParams(handle, sql, Int32(values.count), nil, values, lengths, formats, 1)
        }
        return try finish([Expected(prepares: nil)])[0]
    }

    /// Undoes what is open after a failure; a connection that cannot even do that is of no further use.
    func rollback(after failure: PostgresFailure) throws(PostgresFailure) {
        if failure.isLost || !isAlive { return }
        _ = try run(.rollback)
    }

    /// What the server will answer, in its order.
    private struct Expected { var prepares: String? }

    private func send(_ step: Step) throws(PostgresFailure) {
        try withPointers(step.parameters) { values, lengths, formats in
            PQsendQueryPrepared(handle, step.statement.name, Int32(values.count), values, lengths, formats, 1)
        }
    }

    private func withPointers(
        _ parameters: PostgresParameters, _ send: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Int32
    ) throws(PostgresFailure) {
        let sent = parameters.bytes.withUnsafeBytes { bytes in
            // An empty value needs an address too: none would mean NULL.
            let values = parameters.places.map { place -> UnsafePointer<CChar>? in
                if place.length < 0 { return nil }
                guard let base = bytes.baseAddress else { return Self.nothing }
                return (base + place.start).assumingMemoryBound(to: CChar.self)
            }
            return send(values, parameters.places.map { Int32(max(0, $0.length)) }, Array(repeating: 1, count: values.count))
        }
        guard sent == 1 else { throw ownFailure() }
    }

    private nonisolated(unsafe) static let nothing: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.pointee = 0
        return UnsafePointer(byte)
    }()

    private func finish(_ expected: [Expected]) throws(PostgresFailure) -> [PostgresResult] {
        let deadline = ContinuousClock.now + patience
        guard PQpipelineSync(handle) == 1 else { throw ownFailure() }
        try flush(deadline)
        var results: [PostgresResult] = []
        var failure: PostgresFailure?
        for expectation in expected {
            while let result = try next(deadline) {
                switch PQresultStatus(result) {
                case PGRES_COMMAND_OK, PGRES_TUPLES_OK:
                    if let name = expectation.prepares {
                        known.insert(name)
                        PQclear(result)
                    } else {
                        results.append(PostgresResult(owning: result))
                    }
                case PGRES_PIPELINE_ABORTED: PQclear(result)
                default:
                    if failure == nil { failure = PostgresFailure(result, isLost: !isAlive) }
                    PQclear(result)
                    if !isAlive { throw failure ?? ownFailure() }
                }
            }
        }
        // The end of the pipeline.
        guard let end = try next(deadline) else { throw ownFailure() }
        PQclear(end)
        if let failure { throw failure }
        return results
    }

    /// The next result; nil between the results of two statements.
    private func next(_ deadline: ContinuousClock.Instant) throws(PostgresFailure) -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try wait(for: Int16(POLLIN), until: deadline)
            guard PQconsumeInput(handle) == 1 else { throw ownFailure() }
        }
        return PQgetResult(handle)
    }

    private func flush(_ deadline: ContinuousClock.Instant) throws(PostgresFailure) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                let ready = try wait(for: Int16(POLLIN | POLLOUT), until: deadline)
                if ready & Int16(POLLIN) != 0, PQconsumeInput(handle) != 1 { throw ownFailure() }
            default: throw ownFailure()
            }
        }
    }

    @discardableResult
    private func wait(for events: Int16, until deadline: ContinuousClock.Instant) throws(PostgresFailure) -> Int16 {
        var descriptor = pollfd(fd: PQsocket(handle), events: events, revents: 0)
        while true {
            let left = ContinuousClock.now.duration(to: deadline)
            let ready = left > .zero ? poll(&descriptor, 1, Int32(max(1, min(60_000, left / .milliseconds(1))))) : 0
            if ready > 0 { return descriptor.revents }
            if ready < 0, errno == EINTR { continue }
            guard left > .zero, ready == 0 else {
                throw PostgresFailure(message: "the server did not answer within \(patience.text)", isLost: true)
            }
        }
    }
}
