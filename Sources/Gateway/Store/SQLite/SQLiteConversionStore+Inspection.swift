import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    /// Reads the whole file: some seconds for each gigabyte. All of it is one snapshot, so that sums may be compared while others write.
    func inspect() async throws(StoreError) -> StoreInspection {
        try await read { database in
            let applied = try Int.fetchOne(database, sql: "SELECT max(CAST(identifier AS INTEGER)) FROM grdb_migrations")
            var found = StoreInspection(schema: applied ?? 0)
            found.damage = try String.fetchAll(database, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
            guard found.damage.isEmpty else { return found }
            found.usedBytes = try database.usedBytes()
            found.freeBytes =
                try database.rows(
                    "SELECT f.freelist_count * s.page_size FROM pragma_freelist_count f, pragma_page_size s", []
                ) { $0.int(0) }.first ?? 0
            try database.inspect(into: &found)
            found.disagreements += try database.rows(
                """
                SELECT n.text, s.count, r.count FROM refused_share s LEFT JOIN name n ON n.id = s.source
                JOIN (SELECT k.source, count(r.id) AS count FROM refused_share k
                    LEFT JOIN (SELECT id, \(SQLiteSchema.refusedShare) AS share FROM refused) r ON r.share = k.source
                    GROUP BY k.source) r ON r.source = s.source
                WHERE s.count <> r.count ORDER BY s.source
                """, []
            ) {
                let whose = $0.optionalText(0).map { "source '\($0)'" } ?? "strangers"
                return "\($0.int(2)) refused requests of \(whose) are kept, but \($0.int(1)) are counted"
            }
            return found
        }
    }
}
