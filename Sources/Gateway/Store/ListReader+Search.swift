import Mappings
import Rules

/// What the search for a person looks through, page by page.
extension ListReader {
    /// Rows that one step of a search looks at.
    private static var pageOfSearch: Int { 1000 }

    /// Shows the search a page of the conversions behind `place`. Returns the last one's id; nil after the last page.
    func messages(after place: ConversionID, in search: inout PersonSearch) throws(Failure) -> ConversionID? {
        var query = Self.query
        query.add("c.id >", place)
        let sql = """
            SELECT c.id, t.document, t.request, coalesce(c.root, c.id), t.missed FROM conversion c JOIN content t ON \(Self.dialect.content())
            \(query.clause) ORDER BY c.id \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(atMessageOf: $0.id(3), document: $0.bytes(1), request: $0.bytes(2))
            if let missed = $0.optionalText(4), !missed.isEmpty { search.look(at: $0.id(0), missed: missed) }
            return $0.id(0)
        }.last
    }

    func history(from root: ConversionID, in search: inout PersonSearch) throws(Failure) {
        var query = Self.query
        let place = query.place(root)
        query.add("(c.id = \(place) OR c.root = \(place))")
        let sql = """
            SELECT c.id, length(t.request) > 0 FROM conversion c JOIN content t ON \(Self.dialect.content()) \(query.clause) ORDER BY c.id
            """
        _ = try rows(sql, query.values) { search.take($0.id(0), hasRequest: $0.bool(1)) }
    }

    func repeats(after place: RepeatKey, in search: inout PersonSearch) throws(Failure) -> RepeatKey? {
        var query = Self.query
        query.add(after: place)
        query.add("(document IS NOT NULL OR request IS NOT NULL OR note IS NOT NULL)")
        let sql = """
            SELECT conversion, number, document, request, note FROM repeat \(query.clause) ORDER BY conversion, number
            \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(at: $0.repeatKey(), document: $0.optionalBytes(2), request: $0.optionalBytes(3), note: $0.optionalText(4))
            return $0.repeatKey()
        }.last
    }

    func attempts(after place: AttemptKey, in search: inout PersonSearch) throws(Failure) -> AttemptKey? {
        var query = Self.query
        query.add(after: place, "a.")
        let destination = Self.dialect.text(of: "a.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT a.conversion, \(destination.column), a.number, a.request_line, a.request, a.reply FROM attempt a \(destination.join)
            \(query.clause) ORDER BY a.conversion, a.destination, a.number \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(at: $0.attemptKey(), line: $0.bytes(3), request: $0.bytes(4), reply: $0.bytes(5))
            return $0.attemptKey()
        }.last
    }

    func deliveries(after place: DeliveryID, in search: inout PersonSearch) throws(Failure) -> DeliveryID? {
        var query = Self.query
        let (id, name) = (query.place(place.conversion), query.place(place.destination))
        query.add("(d.conversion, d.destination) > (\(id), \(Self.dialect.name(name)))")
        let destination = Self.dialect.text(of: "d.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT d.conversion, \(destination.column), d.state, d.reason, d.remote_id FROM delivery d \(destination.join)
            \(query.clause) ORDER BY d.conversion, d.destination \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            let id = DeliveryID(conversion: $0.id(0), destination: $0.text(1))
            search.look(at: id, state: $0.state(2), reason: $0.optionalText(3), remoteID: $0.optionalText(4))
            return id
        }.last
    }

    func waiting(after place: Int64, in search: inout PersonSearch) throws(Failure) -> Int64? {
        var query = Self.query
        query.add("number >", place)
        let sql = "SELECT number, document, request, order_id FROM waiting \(query.clause) ORDER BY number \(query.page(Self.pageOfSearch))"
        return try rows(sql, query.values) {
            search.look(atWaiting: $0.int64(0), orderID: $0.optionalText(3), document: $0.bytes(1), request: $0.bytes(2))
            return $0.int64(0)
        }.last
    }

    /// Of all destinations.
    func reasons(in search: inout PersonSearch) throws(Failure) {
        for control in try controls() {
            search.look(at: PersonTraces.Reason(destination: control.destination, node: nil, text: control.reason))
        }
        for report in try reports() {
            guard let reason = report.reason else { continue }
            search.look(at: PersonTraces.Reason(destination: report.destination, node: report.node, text: reason))
        }
    }

    func refused(after place: Int64, in search: inout PersonSearch) throws(Failure) -> Int64? {
        var query = Self.query
        query.add("id >", place)
        let sql = "SELECT id, reason, request FROM refused \(query.clause) ORDER BY id \(query.page(Self.pageOfSearch))"
        return try rows(sql, query.values) {
            search.look(atRefused: $0.int64(0), reason: $0.bytes(1), request: $0.bytes(2))
            return $0.int64(0)
        }.last
    }
}
