import GRDB
import Rules

/// The tables of the embedded store, as numbered migrations.
///
/// Ids and digests are 16-byte blobs, times microseconds, names small integers. What lists filter by (`conversion`) is kept apart from
/// the bulk (`content`), so that a scan reads a tenth of the pages. Every index costs each commit a page, so there are only the few that
/// answer a question the hot path or a person in a hurry asks.
enum SQLiteSchema {
    /// Marks a file as a gateway store: "GWAY".
    static let applicationID: Int32 = 0x4757_4159

    /// The newest schema that this program knows. Never change a migration that was released; add the next one.
    static let version = 12

    /// Decimal text as identifiers, so that a program can distinguish a newer file from its own.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1", foreignKeyChecks: .immediate) { try $0.execute(sql: first) }
        // What was sent behind the request line; NULL in attempts of before.
        migrator.registerMigration("2") { try $0.execute(sql: "ALTER TABLE attempt ADD COLUMN request TEXT") }
        migrator.registerMigration("3", foreignKeyChecks: .immediate) {
            try $0.execute(sql: histories)
            FaultPoint.migration.reached()
        }
        migrator.registerMigration("4") { try $0.execute(sql: governance) }
        migrator.registerMigration("5") { try $0.execute(sql: retention) }
        migrator.registerMigration("6") { try $0.execute(sql: boundedHistories) }
        migrator.registerMigration("7") { try $0.execute(sql: refusedShares) }
        // The routes that did not take the message; empty if every one did, NULL in messages of before.
        migrator.registerMigration("8") { try $0.execute(sql: "ALTER TABLE content ADD COLUMN missed TEXT") }
        // What has become of each line of a delivery that is one request for each item; NULL in any other.
        migrator.registerMigration("9") { try $0.execute(sql: "ALTER TABLE delivery ADD COLUMN lines TEXT") }
        migrator.registerMigration("10") { try $0.execute(sql: arrivals) }
        migrator.registerMigration("11") { try $0.execute(sql: ignored) }
        migrator.registerMigration("12") { try $0.execute(sql: operatorActions) }
        return migrator
    }

    /// A step of a history costs the same however many came before it.
    private static let boundedHistories = """
        -- Of a correction: what distinguishes it from the others of its history.
        ALTER TABLE conversion ADD COLUMN digest BLOB;
        UPDATE conversion SET digest = (SELECT t.digest FROM content t WHERE t.id = conversion.content) WHERE root IS NOT NULL;
        CREATE INDEX conversion_step ON conversion(root, digest) WHERE root IS NOT NULL;

        -- The newest first message of a source with an order id.
        DROP INDEX conversion_order;
        CREATE INDEX conversion_order ON conversion(order_id, source, root) WHERE order_id IS NOT NULL;

        -- Of a correction's delivery: its place in the history.
        ALTER TABLE delivery ADD COLUMN root BLOB;
        ALTER TABLE delivery ADD COLUMN step INTEGER;
        UPDATE delivery SET (root, step) = (SELECT c.root, c.step FROM conversion c WHERE c.id = delivery.conversion)
            WHERE conversion IN (SELECT id FROM conversion WHERE root IS NOT NULL);
        CREATE INDEX delivery_history ON delivery(root, destination, state, step) WHERE root IS NOT NULL;

        CREATE INDEX waiting_source ON waiting(source);
        """

    /// A delivery keeps that it had arrived when it is replayed.
    private static let arrivals = """
        ALTER TABLE delivery ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0;
        UPDATE delivery SET arrived = 1 WHERE state NOT IN (1, 2) AND round > 0 AND EXISTS (
            SELECT 1 FROM attempt a WHERE a.conversion = delivery.conversion AND a.destination = delivery.destination
                AND a.outcome IN ('delivered', 'duplicate'));
        """

    /// Documented messages that are no conversions, counted by source and quarter of an hour.
    private static let ignored = """
        CREATE TABLE ignored (
            source INTEGER NOT NULL,
            quarter INTEGER NOT NULL,
            count INTEGER NOT NULL,
            last INTEGER NOT NULL,
            PRIMARY KEY (source, quarter)
        ) STRICT, WITHOUT ROWID;
        """

    /// What operators did in the console.
    private static let operatorActions = """
        CREATE TABLE operator_action (
            number INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            name TEXT NOT NULL,
            peer TEXT NOT NULL,
            what TEXT NOT NULL
        ) STRICT;
        """

    /// Whose share of the keep a row of `refused` is in: a source's, the strangers' (0), or that of what reached no tracker (-1).
    static let refusedShare = "CASE WHEN source IS NOT NULL THEN source WHEN tracker IS NULL THEN -1 ELSE 0 END"

    /// Each source has a share of the refused keep.
    private static let refusedShares = """
        -- Source 0 are strangers.
        CREATE TABLE refused_share (
            source INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        INSERT INTO refused_share SELECT coalesce(source, 0), count(*), sum(bytes) FROM refused GROUP BY 1;
        DROP TABLE refused_sum;
        DROP INDEX refused_class;
        CREATE INDEX refused_source ON refused(source);

        -- Only the beginning of the body is kept.
        ALTER TABLE refused ADD COLUMN is_cut INTEGER NOT NULL DEFAULT 0;
        UPDATE refused SET is_cut = 1 WHERE reason LIKE '%(body kept up to % bytes)';
        """

    private static let governance = """
        CREATE TABLE control (
            destination TEXT PRIMARY KEY,
            paused_at INTEGER NOT NULL,
            reason TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        -- The serving process's state for each destination, for commands to read.
        CREATE TABLE destination_report (
            node TEXT NOT NULL,
            destination TEXT NOT NULL,
            breaker TEXT NOT NULL,
            opened_at INTEGER,
            probe_at INTEGER,
            failures INTEGER NOT NULL,
            reason TEXT,
            in_flight INTEGER NOT NULL,
            waiting INTEGER NOT NULL,
            rate TEXT,
            is_dry_run INTEGER NOT NULL,
            last_status INTEGER,
            answered_at INTEGER,
            reported_at INTEGER NOT NULL,
            PRIMARY KEY (node, destination)
        ) STRICT, WITHOUT ROWID;
        """

    private static let retention = """
        -- Raw requests up to this conversion were pruned, but for those below, which were owed to a destination then.
        CREATE TABLE pruned_up_to (id INTEGER PRIMARY KEY, conversion BLOB NOT NULL) STRICT;
        INSERT INTO pruned_up_to VALUES (1, x'00000000000000000000000000000000');

        CREATE TABLE spared_request (conversion BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        """

    /// Refuses files that another program, or a newer gateway, wrote.
    static func check(_ database: Database, path: String, isReadOnly: Bool) throws {
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'grdb_%'") ?? 0
        let mark = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard tables == 0 || mark == applicationID else {
            throw StoreError(.corrupt, "'\(path)' is another program's database; name another file for the store")
        }
        guard try database.tableExists("grdb_migrations") else {
            guard isReadOnly else { return }
            throw StoreError(.unavailable, "'\(path)' holds no store yet; 'gateway serve' sets it up")
        }
        let found = try Int.fetchOne(database, sql: "SELECT max(CAST(identifier AS INTEGER)) FROM grdb_migrations") ?? 0
        guard found <= version else {
            let schemas = "schema \(found), this one knows \(version)"
            throw StoreError(.newerSchema, "'\(path)' was written by a newer gateway (\(schemas)); run that one or name another file")
        }
        guard found == version || !isReadOnly else {
            let schemas = "schema \(found), this gateway wants \(version)"
            throw StoreError(.readOnly, "'\(path)' is older (\(schemas)); start 'gateway serve' once to update it")
        }
    }

    private static let first = """
        PRAGMA application_id = \(applicationID);

        -- Sources, trackers and destinations.
        CREATE TABLE name (
            id INTEGER PRIMARY KEY,
            text TEXT NOT NULL UNIQUE
        ) STRICT;

        CREATE TABLE conversion (
            id BLOB PRIMARY KEY,
            source INTEGER NOT NULL,
            tracker INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            type TEXT,
            status TEXT,
            order_id TEXT,
            click_id TEXT,
            amount TEXT,
            currency TEXT,
            content INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE INDEX conversion_order ON conversion(order_id) WHERE order_id IS NOT NULL;

        CREATE TABLE content (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL,
            document BLOB NOT NULL,
            request BLOB NOT NULL
        ) STRICT;

        -- The scope is a source's name, or the negated name of a tracker whose sources share their keys.
        CREATE TABLE duplicate_key (
            digest BLOB NOT NULL,
            scope INTEGER NOT NULL,
            conversion BLOB NOT NULL,
            expires_at INTEGER,
            PRIMARY KEY (digest, scope)
        ) STRICT, WITHOUT ROWID;

        -- Number 0 counts equal repeats, 1 to 100 are kept whole, 101 counts the rest.
        CREATE TABLE repeat (
            conversion BLOB NOT NULL,
            number INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            digest BLOB,
            document BLOB,
            request BLOB,
            PRIMARY KEY (conversion, number)
        ) STRICT, WITHOUT ROWID;

        -- `attempts` counts since the last requeue, `logged` for ever.
        CREATE TABLE delivery (
            conversion BLOB NOT NULL,
            destination INTEGER NOT NULL,
            state INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            logged INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            changed_at INTEGER NOT NULL,
            next_attempt INTEGER,
            reason TEXT,
            remote_id TEXT,
            PRIMARY KEY (conversion, destination)
        ) STRICT, WITHOUT ROWID;

        -- The state comes first only so that the index alone answers; it costs no byte but its header's.
        CREATE INDEX delivery_pending ON delivery(state, destination, next_attempt) WHERE state = 0;
        CREATE INDEX delivery_trouble ON delivery(state) WHERE state > 2;

        CREATE TABLE attempt (
            conversion BLOB NOT NULL,
            destination INTEGER NOT NULL,
            number INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            latency INTEGER NOT NULL,
            status INTEGER,
            outcome TEXT NOT NULL,
            request_line TEXT NOT NULL,
            reply TEXT NOT NULL,
            PRIMARY KEY (conversion, destination, number)
        ) STRICT, WITHOUT ROWID;

        -- No source means a stranger.
        CREATE TABLE refused (
            id INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            source INTEGER,
            tracker INTEGER,
            status INTEGER NOT NULL,
            code TEXT NOT NULL,
            reason TEXT NOT NULL,
            request BLOB NOT NULL,
            is_stranger INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            replayed_as BLOB,
            replayed_at INTEGER
        ) STRICT;

        CREATE INDEX refused_class ON refused(is_stranger);

        -- Sums kept up to date by every commit: deliveries by destination and state, and the refused keep by class.
        CREATE TABLE delivery_count (
            destination INTEGER NOT NULL,
            state INTEGER NOT NULL,
            count INTEGER NOT NULL,
            PRIMARY KEY (destination, state)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE refused_sum (
            is_stranger INTEGER PRIMARY KEY,
            count INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) STRICT;
        INSERT INTO refused_sum VALUES (0, 0, 0), (1, 0, 0);

        CREATE TABLE heartbeat (id INTEGER PRIMARY KEY, beats INTEGER NOT NULL) STRICT;
        INSERT INTO heartbeat VALUES (1, 0);
        """

    /// Corrections are rows of `conversion` too. A conversion without corrections costs no index entry for them.
    private static let histories = """
        -- Of a correction: the first message, and the place in its history from 1.
        ALTER TABLE conversion ADD COLUMN root BLOB;
        ALTER TABLE conversion ADD COLUMN step INTEGER;
        -- Of a first message: the newest correction. Its status, amount and refunded show the present.
        ALTER TABLE conversion ADD COLUMN latest BLOB;
        ALTER TABLE conversion ADD COLUMN refunded TEXT;

        CREATE INDEX conversion_history ON conversion(root, step) WHERE root IS NOT NULL;

        -- A pending delivery without `next_attempt` is held: it waits for an earlier one of its history, which is marked `followed`.
        ALTER TABLE delivery ADD COLUMN followed INTEGER NOT NULL DEFAULT 0;
        -- How often it was replayed.
        ALTER TABLE delivery ADD COLUMN round INTEGER NOT NULL DEFAULT 0;

        ALTER TABLE repeat ADD COLUMN note TEXT;

        -- Corrections whose conversion has not come. The duplicate key names the first of them meanwhile.
        CREATE TABLE waiting (
            number INTEGER PRIMARY KEY,
            id BLOB NOT NULL,
            key BLOB NOT NULL,
            scope INTEGER NOT NULL,
            source INTEGER NOT NULL,
            tracker INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            order_id TEXT,
            digest BLOB NOT NULL,
            document BLOB NOT NULL,
            request BLOB NOT NULL
        ) STRICT;

        CREATE UNIQUE INDEX waiting_key ON waiting(key, scope, source, digest);
        """
}
