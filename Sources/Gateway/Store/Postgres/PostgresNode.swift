import Foundation
import Synchronization

/// One gateway among those that share the database: its row in `node`, and the lease that shows that it lives.
///
/// A node whose lease has run out holds nothing: others take over what it had. Its row goes once nothing names it any more.
final class PostgresNode: Sendable {
    let id: Int64
    let name: String
    private let lane: PostgresLane
    private let length: Duration
    private let lease: Mutex<NodeLease<ContinuousClock.Instant>>
    private let isClosed = Atomic(false)
    /// Called on the lane when the lease had run out, or the server did not answer.
    private let report: @Sendable (String) -> Void

    /// Registers the node; blocks.
    init(_ lane: PostgresLane, lease length: Duration, report: @escaping @Sendable (String) -> Void) throws(StoreError) {
        id = Int64.random(in: 1...Int64.max)
        name = "\(ProcessInfo.processInfo.hostName):\(ProcessInfo.processInfo.processIdentifier)"
        self.lane = lane
        self.length = length
        self.report = report
        lease = Mutex(NodeLease(length: length, askedAt: .now))
        try lane.open()
        if case .failure(let error) = lane.attempt({ connection, _ throws(PostgresFailure) in _ = try renew(connection) }) { throw error }
        lane.enqueue(after: length / 3) { [weak self] in self?.keepRenewing(round: 1) }
    }

    var holdsClaims: Bool {
        let now = ContinuousClock.now
        return lease.withLock { $0.holds(at: now) }
    }

    /// What was claimed under another number is not held any more.
    var gaps: Int { lease.withLock { $0.gaps } }

    func sweep() throws(StoreError) {
        try lane.check { connection in try sweep(connection) }
    }

    /// Gives everything back at once.
    func close() async {
        guard !isClosed.exchange(true, ordering: .relaxed) else { return }
        let id = id
        _ = try? await lane.perform { connection, _ throws(PostgresFailure) in
            _ = try connection.run(.endLease, PostgresParameters(id))
        }
    }

    // MARK: On the lane

    private func keepRenewing(round: Int) {
        if isClosed.load(ordering: .relaxed) { return }
        let before = gaps
        _ = lane.attempt { connection, _ throws(PostgresFailure) in
            _ = try renew(connection)
            if round % 12 == 0 { try sweep(connection) }
        }
        if gaps > before {
            report("this node's lease had run out; what it held may have been taken over, and is read from the store again")
        }
        lane.enqueue(after: length / 3) { [weak self] in self?.keepRenewing(round: round + 1) }
    }

    private func renew(_ connection: PostgresConnection) throws(PostgresFailure) {
        let asked = ContinuousClock.now
        let row = PostgresParameters(id, name, Int(length / .microseconds(1)))
        do throws(PostgresFailure) {
            let found = try connection.run([
                (.begin, PostgresParameters()), (.lockNode, PostgresParameters(id)), (.renewLease, row), (.commit, PostgresParameters()),
            ])
            let isFirst = lease.withLock { $0.gaps == 0 } && found[1].isEmpty
            let hadLapsed = !isFirst && (found[1].first?.bool(0) ?? true)
            lease.withLock { $0.renewed(askedAt: asked, hadLapsed: hadLapsed) }
        } catch {
            try connection.rollback(after: error)
            throw error
        }
    }

    /// Removes nodes that ended long ago and hold nothing, and gives a row to those that are named without one.
    private func sweep(_ connection: PostgresConnection) throws(PostgresFailure) {
        _ = try connection.run([(.addLostNodes, PostgresParameters()), (.removeNodes, PostgresParameters())])
    }
}

extension PostgresStatement {
    fileprivate static let lockNode = Self(
        "lock_node", "SELECT lease_until < clock_timestamp() FROM node WHERE id = $1::bigint FOR UPDATE")
    fileprivate static let renewLease = Self(
        "renew_lease",
        """
        INSERT INTO node (id, name, started_at, lease_until)
        VALUES ($1::bigint, $2::text, now(), clock_timestamp() + $3::bigint * interval '1 microsecond')
        ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until
        """)
    fileprivate static let endLease = Self("end_lease", "UPDATE node SET lease_until = to_timestamp(0) WHERE id = $1::bigint")
    /// A node that was removed while its process was stopped may have stored something after that.
    fileprivate static let addLostNodes = Self(
        "add_lost_nodes",
        """
        WITH RECURSIVE holder AS (
            SELECT min(node) AS id FROM delivery WHERE state = 0 AND next_attempt IS NOT NULL AND node > 0
            UNION ALL
            SELECT (SELECT min(node) FROM delivery WHERE state = 0 AND next_attempt IS NOT NULL AND node > h.id) FROM holder h
            WHERE h.id IS NOT NULL
        )
        INSERT INTO node (id, name, started_at, lease_until) SELECT id, 'lost', now(), to_timestamp(0) FROM holder WHERE id IS NOT NULL
        ON CONFLICT DO NOTHING
        """)
    /// Their counts are added to those of no node.
    fileprivate static let removeNodes = Self(
        "remove_nodes",
        """
        WITH gone AS (
            DELETE FROM node WHERE id IN (
                SELECT id FROM node n WHERE lease_until < clock_timestamp() - interval '1 minute'
                    AND NOT EXISTS (SELECT FROM delivery WHERE node = n.id AND state = 0 AND next_attempt IS NOT NULL)
                ORDER BY id FOR UPDATE SKIP LOCKED
            ) RETURNING id
        ),
        old AS (
            DELETE FROM delivery_count WHERE node IN (SELECT id FROM gone) RETURNING destination, state, count
        )
        INSERT INTO delivery_count AS c (node, lane, destination, state, count)
        SELECT 0, 0, destination, state, sum(count) FROM old GROUP BY destination, state ORDER BY destination, state
        ON CONFLICT (node, lane, destination, state) DO UPDATE SET count = c.count + excluded.count
        """)
}
