import Mappings

/// The tables in PostgreSQL, as numbered migrations.
///
/// The same tables and columns as the embedded store's, but for what several nodes need: names are kept as text, because a number would have
/// to be agreed on; a delivery says which node holds it; counts are kept for each writer apart, so that no row is shared. Ids and
/// digests are `uuid` (16 bytes), times are microseconds, leases the database's own time.
enum PostgresSchema {
    /// The newest schema that this program knows. Never change a migration that was released; add the next one.
    static var version: Int { migrations.count }

    /// Each in one transaction; the first is number 1.
    static let migrations = [
        first, boundedIndexes, boundedHistories, refusedShares, missedRoutes, deliveryLines, arrivals, ignored, operatorActions,
    ]

    /// Keeps two migrations apart, on whichever machines they run: "gateway" in ASCII.
    private static let lock: Int64 = 0x67_61_74_65_77_61_79

    /// Refuses a database that is not set up, or that a newer gateway set up.
    static func check(_ connection: PostgresConnection, place: String) throws {
        let found = try found(connection)
        guard found <= version else { throw newer(found, place: place) }
        guard found < version else { return }
        let state = found == 0 ? "holds no gateway tables yet" : "is older (schema \(found), this gateway wants \(version))"
        throw StoreError(.unavailable, "\(place) \(state); run 'gateway migrate' once, with the same configuration")
    }

    /// Brings the schema up to date. Safe to run by several at once, and while gateways serve. Returns the version before.
    static func migrate(_ connection: PostgresConnection, place: String) throws -> Int {
        do {
            _ = try connection.run(.begin)
            _ = try connection.run(sql: "SELECT pg_advisory_xact_lock(\(lock))")
            _ = try connection.run(
                sql: "CREATE TABLE IF NOT EXISTS gateway_schema (version bigint PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())"
            )
            let before = try found(connection)
            guard before <= version else { throw newer(before, place: place) }
            for number in before..<version {
                for statement in migrations[number].split(separator: ";\n") { _ = try connection.run(sql: String(statement)) }
                _ = try connection.run(sql: "INSERT INTO gateway_schema (version) VALUES (\(number + 1))")
            }
            FaultPoint.migration.reached()
            _ = try connection.run(.commit)
            return before
        } catch {
            if connection.isAlive { _ = try? connection.run(.rollback) }
            throw error
        }
    }

    private static func found(_ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        let table = try connection.run(sql: "SELECT to_regclass('gateway_schema') IS NOT NULL")
        guard table[0].bool(0) else { return 0 }
        return try connection.run(sql: "SELECT coalesce(max(version), 0) FROM gateway_schema")[0].int(0)
    }

    private static func newer(_ found: Int, place: String) -> StoreError {
        let schemas = "schema \(found), this one knows \(version)"
        return StoreError(.newerSchema, "\(place) was set up by a newer gateway (\(schemas)); run that one or name another database")
    }

    /// An index takes no more than 2,704 bytes a row; 255 characters are 1,020 bytes at most. Ids that are longer share an entry.
    ///
    /// The lock comes first: one that becomes stronger on the way meets writers that have read the table, and neither could go on.
    private static let boundedIndexes = """
        LOCK TABLE conversion IN ACCESS EXCLUSIVE MODE;
        CREATE INDEX conversion_order_start ON conversion (left(order_id, 255)) WHERE order_id IS NOT NULL;
        DROP INDEX conversion_order;
        ANALYZE conversion
        """

    /// A step of a history costs the same however many came before it.
    private static let boundedHistories = """
        LOCK TABLE conversion, delivery, waiting IN ACCESS EXCLUSIVE MODE;
        ALTER TABLE conversion ADD COLUMN IF NOT EXISTS digest uuid;
        UPDATE conversion c SET digest = t.digest FROM content t WHERE t.conversion = c.id AND c.root IS NOT NULL;
        CREATE INDEX conversion_step ON conversion (root, digest) WHERE root IS NOT NULL;
        DROP INDEX conversion_order_start;
        CREATE INDEX conversion_order_start ON conversion (left(order_id, 255), source, root, id) WHERE order_id IS NOT NULL;
        ALTER TABLE delivery ADD COLUMN IF NOT EXISTS root uuid, ADD COLUMN IF NOT EXISTS step integer;
        UPDATE delivery d SET root = c.root, step = c.step FROM conversion c WHERE c.id = d.conversion AND c.root IS NOT NULL;
        CREATE INDEX delivery_history ON delivery (root, destination, state, step) WHERE root IS NOT NULL;
        CREATE INDEX waiting_source ON waiting (source);
        ANALYZE conversion;
        ANALYZE delivery;
        ANALYZE waiting
        """

    /// Each source has a share of the refused keep. The name beside the expression lets the index alone answer.
    private static let refusedShares = """
        LOCK TABLE refused IN ACCESS EXCLUSIVE MODE;
        ALTER TABLE refused ADD COLUMN IF NOT EXISTS is_cut boolean NOT NULL DEFAULT false;
        UPDATE refused SET is_cut = true WHERE reason LIKE '%(body kept up to % bytes)';
        DROP INDEX refused_class;
        CREATE INDEX refused_source ON refused (coalesce(source, ''), id) INCLUDE (bytes, source);
        ANALYZE refused
        """

    /// The routes that did not take the message; empty if every one did, NULL in messages of before.
    private static let missedRoutes = "ALTER TABLE content ADD COLUMN IF NOT EXISTS missed text"

    /// What has become of each line of a delivery that is one request for each item; NULL in any other.
    private static let deliveryLines = "ALTER TABLE delivery ADD COLUMN IF NOT EXISTS lines text"

    /// A delivery keeps that it had arrived when it is replayed.
    private static let arrivals = """
        LOCK TABLE delivery IN ACCESS EXCLUSIVE MODE;
        ALTER TABLE delivery ADD COLUMN IF NOT EXISTS arrived boolean NOT NULL DEFAULT false;
        UPDATE delivery d SET arrived = true WHERE d.state NOT IN (1, 2) AND d.round > 0 AND EXISTS (
            SELECT FROM attempt a WHERE a.conversion = d.conversion AND a.destination = d.destination
                AND a.outcome IN ('delivered', 'duplicate'))
        """

    /// Documented messages that are no conversions, counted by source and quarter of an hour.
    private static let ignored = """
        CREATE TABLE ignored (
            source text COLLATE "C" NOT NULL,
            quarter bigint NOT NULL,
            count bigint NOT NULL,
            last bigint NOT NULL,
            PRIMARY KEY (source, quarter)
        ) WITH (fillfactor = 50);
        """

    /// What operators did in the console.
    private static let operatorActions = """
        CREATE TABLE operator_action (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            at bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            peer text COLLATE "C" NOT NULL,
            what text COLLATE "C" NOT NULL
        )
        """

    private static let first = """
        CREATE TABLE node (
            id bigint PRIMARY KEY,
            name text NOT NULL,
            started_at timestamptz NOT NULL,
            lease_until timestamptz NOT NULL,
            beats bigint NOT NULL DEFAULT 0
        );

        CREATE TABLE conversion (
            id uuid PRIMARY KEY,
            source text COLLATE "C" NOT NULL,
            tracker text COLLATE "C" NOT NULL,
            received_at bigint NOT NULL,
            type text COLLATE "C",
            status text COLLATE "C",
            order_id text COLLATE "C",
            click_id text COLLATE "C",
            amount text COLLATE "C",
            currency text COLLATE "C",
            -- What was taken back so far.
            refunded text COLLATE "C",
            -- Of a correction: the first message, and the place in its history from 1.
            root uuid,
            step integer,
            -- Of a first message: the newest correction. Its status, amount and refunded show the present.
            latest uuid
        );

        CREATE INDEX conversion_order ON conversion (order_id) WHERE order_id IS NOT NULL;
        CREATE INDEX conversion_history ON conversion (root, step) WHERE root IS NOT NULL;

        -- What lists do not filter by. Stored as it is: compressing a few hundred bytes costs more than it saves.
        CREATE TABLE content (
            conversion uuid PRIMARY KEY,
            digest uuid NOT NULL,
            document bytea NOT NULL,
            request bytea NOT NULL
        ) WITH (toast_tuple_target = 8160);

        ALTER TABLE content ALTER COLUMN document SET STORAGE EXTERNAL;
        ALTER TABLE content ALTER COLUMN request SET STORAGE EXTERNAL;

        -- The scope is 's:' and a source's name, or 't:' and a tracker's whose sources share their keys.
        CREATE TABLE duplicate_key (
            digest uuid NOT NULL,
            scope text COLLATE "C" NOT NULL,
            conversion uuid NOT NULL,
            expires_at bigint,
            PRIMARY KEY (digest, scope)
        );

        -- Number 0 counts equal repeats, 1 to 100 are kept whole, 101 counts the rest.
        CREATE TABLE repeat (
            conversion uuid NOT NULL,
            number integer NOT NULL,
            received_at bigint NOT NULL,
            count bigint NOT NULL,
            digest uuid,
            document bytea,
            request bytea,
            note text,
            PRIMARY KEY (conversion, number)
        );

        -- Corrections whose conversion has not come. The duplicate key names the first of them meanwhile.
        CREATE TABLE waiting (
            number bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            id uuid NOT NULL,
            key uuid NOT NULL,
            scope text COLLATE "C" NOT NULL,
            source text COLLATE "C" NOT NULL,
            tracker text COLLATE "C" NOT NULL,
            received_at bigint NOT NULL,
            order_id text COLLATE "C",
            digest uuid NOT NULL,
            document bytea NOT NULL,
            request bytea NOT NULL
        );

        CREATE UNIQUE INDEX waiting_key ON waiting (key, scope, source, digest);

        -- A pending delivery without `next_attempt` is held: it waits for an earlier one of its history, which is marked `followed`.
        -- `round` counts its replays.
        -- `attempts` counts since the last requeue, `logged` for ever. `node` holds a pending delivery; 0 is none.
        CREATE TABLE delivery (
            conversion uuid NOT NULL,
            destination text COLLATE "C" NOT NULL,
            state smallint NOT NULL,
            attempts integer NOT NULL,
            logged integer NOT NULL,
            created_at bigint NOT NULL,
            changed_at bigint NOT NULL,
            next_attempt bigint,
            node bigint NOT NULL,
            followed boolean NOT NULL DEFAULT false,
            round integer NOT NULL DEFAULT 0,
            reason text,
            remote_id text,
            PRIMARY KEY (conversion, destination)
        ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

        CREATE INDEX delivery_pending ON delivery (node, destination, next_attempt, conversion)
            WHERE state = 0 AND next_attempt IS NOT NULL;
        CREATE INDEX delivery_trouble ON delivery (state, conversion) WHERE state > 2;

        CREATE TABLE attempt (
            conversion uuid NOT NULL,
            destination text COLLATE "C" NOT NULL,
            number integer NOT NULL,
            started_at bigint NOT NULL,
            latency bigint NOT NULL,
            status integer,
            outcome text NOT NULL,
            request_line text NOT NULL,
            reply text NOT NULL,
            -- What was sent behind the request line.
            request text,
            PRIMARY KEY (conversion, destination, number)
        );

        -- No source means a stranger.
        CREATE TABLE refused (
            id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
            received_at bigint NOT NULL,
            source text COLLATE "C",
            tracker text COLLATE "C",
            status integer NOT NULL,
            code text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            request bytea NOT NULL,
            is_stranger boolean NOT NULL,
            bytes bigint NOT NULL,
            replayed_as uuid,
            replayed_at bigint
        );

        CREATE INDEX refused_class ON refused (is_stranger, id) INCLUDE (bytes);

        -- Deliveries by destination and state, one row for each writer: the sum over all writers counts.
        CREATE TABLE delivery_count (
            node bigint NOT NULL,
            lane smallint NOT NULL,
            destination text COLLATE "C" NOT NULL,
            state smallint NOT NULL,
            count bigint NOT NULL,
            PRIMARY KEY (node, lane, destination, state)
        ) WITH (fillfactor = 50);

        -- How far raw requests were pruned: all up to here, but for those that were owed to somebody then.
        CREATE TABLE pruned_up_to (conversion uuid NOT NULL);
        INSERT INTO pruned_up_to VALUES ('00000000-0000-0000-0000-000000000000');
        CREATE TABLE spared_request (conversion uuid PRIMARY KEY);

        CREATE TABLE control (
            destination text COLLATE "C" PRIMARY KEY,
            paused_at bigint NOT NULL,
            reason text NOT NULL
        );

        -- Each node's state for each destination, for commands to read.
        CREATE TABLE destination_report (
            node text COLLATE "C" NOT NULL,
            destination text COLLATE "C" NOT NULL,
            breaker text NOT NULL,
            opened_at bigint,
            probe_at bigint,
            failures bigint NOT NULL,
            reason text,
            in_flight bigint NOT NULL,
            waiting bigint NOT NULL,
            rate text,
            is_dry_run boolean NOT NULL,
            last_status bigint,
            answered_at bigint,
            reported_at bigint NOT NULL,
            PRIMARY KEY (node, destination)
        );
        """
}
