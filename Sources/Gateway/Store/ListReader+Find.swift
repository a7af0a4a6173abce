import Mappings
import Rules

/// The search for a text in everything that is stored.
extension ListReader {
    /// Ids first, by index or by a scan of a column. Texts inside documents are read if no id is the text, or if `everywhere`.
    func find(_ sought: SoughtText, everywhere: Bool) throws(Failure) -> FindReport {
        var report = FindReport()
        var hits = FindCollector()
        try findIDs(sought, &hits)
        let waiting = try findWaiting(sought, &report)
        let refused = try findRefused(sought, &report)
        report.readAllTexts = everywhere || hits.isEmpty && waiting.isEmpty && refused.isEmpty
        try countConversions(&report)
        if report.readAllTexts {
            try findInDocuments(sought, &hits)
            try findInRepeats(sought, &hits, &report)
            try findInReplies(sought, &hits, &report)
        }
        report.found = try conversions(of: hits) + waiting + refused
        return report
    }

    /// Newest first.
    func conversions(of hits: FindCollector) throws(Failure) -> [Found] {
        var found: [Found] = []
        for hit in hits.conversions.sorted(by: { $0.root > $1.root }) {
            if let row = try conversion(hit.root) { found.append(Found(.conversion(row), matched: hit.matched)) }
        }
        return found
    }

    // MARK: Ids

    private func findIDs(_ sought: SoughtText, _ hits: inout FindCollector) throws(Failure) {
        let text = sought.text
        try findIndexedIDs(text, &hits)
        try findConversions(&hits, "click_id") { $0.add("c.click_id =", text) }
        try findRemoteIDs(text, &hits)
    }

    /// By ids that have an index.
    func findIndexedIDs(_ text: String, _ hits: inout FindCollector) throws(Failure) {
        if let delivery = DeliveryID(text) { try findConversions(&hits, "id") { $0.add("c.id =", delivery.conversion) } }
        try findConversions(&hits, "order_id") { $0.add(order: "c.order_id", text) }
        if let range = ConversionID.range(startingWith: text) {
            let what = range.lowerBound == range.upperBound ? "id" : "start of the id"
            try findConversions(&hits, what) {
                $0.add("c.id >=", range.lowerBound)
                $0.add("c.id <=", range.upperBound)
            }
        }
    }

    /// - Parameter ids: of the messages whose deliveries are looked at; nil takes all.
    func findRemoteIDs(_ text: String, _ hits: inout FindCollector, in ids: ClosedRange<ConversionID>? = nil) throws(Failure) {
        var query = Self.query
        query.add("d.remote_id =", text)
        query.add("d.conversion >=", ids?.lowerBound)
        query.add("d.conversion <=", ids?.upperBound)
        let destination = Self.dialect.text(of: "d.destination", as: "n")
        let sql = """
            SELECT coalesce(c.root, c.id), \(destination.column) FROM delivery d JOIN conversion c ON c.id = d.conversion \(destination.join)
            \(query.clause) ORDER BY c.id DESC LIMIT 1000
            """
        _ = try rows(sql, query.values) { hits.add($0.id(0), "\($0.text(1))'s id for it") }
    }

    private func findConversions(
        _ hits: inout FindCollector, _ what: String, _ condition: (inout ListQuery) -> Void
    ) throws(Failure) {
        var query = Self.query
        condition(&query)
        let sql = "SELECT c.id, coalesce(c.root, c.id) FROM conversion c \(query.clause) ORDER BY c.id DESC LIMIT 1000"
        _ = try rows(sql, query.values) {
            hits.add($0.id(1), $0.id(0) == $0.id(1) || !what.hasSuffix("id") || what.hasSuffix("_id") ? what : "\(what) of a correction")
        }
    }

    // MARK: Texts

    private func findInDocuments(_ sought: SoughtText, _ hits: inout FindCollector) throws(Failure) {
        try walk(from: ConversionID.zero) { place throws(Failure) in
            var query = Self.query
            query.add("c.id >", place)
            let sql = """
                SELECT c.id, t.document, coalesce(c.root, c.id) FROM conversion c JOIN content t ON \(Self.dialect.content())
                \(query.clause) ORDER BY c.id \(query.page(1000))
                """
            return try rows(sql, query.values) { row in
                for member in sought.members(of: row.bytes(1)) { hits.add(row.id(2), member) }
                return row.id(0)
            }.last
        }
    }

    private func findInRepeats(_ sought: SoughtText, _ hits: inout FindCollector, _ report: inout FindReport) throws(Failure) {
        var count = 0
        try walk(from: RepeatKey()) { place throws(Failure) in
            var query = Self.query
            query.add(after: place)
            query.add("(document IS NOT NULL OR request IS NOT NULL)")
            let sql = """
                SELECT conversion, number, document FROM repeat \(query.clause) ORDER BY conversion, number \(query.page(1000))
                """
            return try rows(sql, query.values) { row in
                count += 1
                let key = row.repeatKey()
                for member in row.optionalBytes(2).map(sought.members) ?? [] { hits.add(key.conversion, "a repeat's \(member)") }
                return key
            }.last
        }
        report.searched.append(.init("repeat", count: count))
    }

    private func findInReplies(_ sought: SoughtText, _ hits: inout FindCollector, _ report: inout FindReport) throws(Failure) {
        var count = 0
        var found: [DeliveryID] = []
        try walk(from: AttemptKey()) { place throws(Failure) in
            var query = Self.query
            query.add(after: place, "a.")
            let destination = Self.dialect.text(of: "a.destination", as: "n", "LEFT JOIN")
            let sql = """
                SELECT a.conversion, \(destination.column), a.number, a.reply FROM attempt a \(destination.join)
                \(query.clause) ORDER BY a.conversion, a.destination, a.number \(query.page(1000))
                """
            return try rows(sql, query.values) { row in
                count += 1
                let key = row.attemptKey()
                if sought.isIn(row.bytes(3)) { found.append(key.delivery) }
                return key
            }.last
        }
        for delivery in found {
            guard let row = try conversion(delivery.conversion) else { continue }
            hits.add(row.root ?? row.id, "in \(delivery.destination)'s reply")
        }
        report.searched.append(.init("reply", count: count))
    }

    func findWaiting(_ sought: SoughtText, _ report: inout FindReport) throws(Failure) -> [Found] {
        let all = try waiting(ConversionFilter(limit: Int(Int32.max)))
        report.searched.append(.init("waiting correction", count: all.count))
        return all.compactMap { row in
            var matched = row.orderID == sought.text ? ["order_id"] : []
            if row.id.description == sought.text.uppercased() { matched.append("id") }
            for member in sought.members(of: row.document) where !matched.contains(member) { matched.append(member) }
            return matched.isEmpty ? nil : Found(.waiting(row), matched: matched)
        }
    }

    private func findRefused(_ sought: SoughtText, _ report: inout FindReport) throws(Failure) -> [Found] {
        let number = Int64(sought.text)
        var (found, count): ([Found], Int) = ([], 0)
        var oldest: Timestamp?
        try walk(from: Int64(0)) { place throws(Failure) in
            let page = try refused(RefusedFilter(after: place, ascending: true, limit: 200))
            if oldest == nil { oldest = page.first?.refused.receivedAt }
            count += page.count
            for row in page {
                var matched = row.id == number ? ["number"] : []
                matched += sought.places(in: row.refused.request)
                if sought.isIn(row.refused.reason) { matched.append("in its reason") }
                if !matched.isEmpty { found.append(Found(.refused(row), matched: matched)) }
            }
            return page.last?.id
        }
        report.searched.append(.init("refused request", count: count, since: oldest))
        return found.reversed()
    }

    private func countConversions(_ report: inout FindReport) throws(Failure) {
        let count = try rows("SELECT count(*) FROM conversion", []) { $0.int(0) }.first ?? 0
        let oldest = try rows("SELECT received_at FROM conversion ORDER BY id LIMIT 1", []) { $0.timestamp(0) }.first
        report.searched.insert(.init("conversion or correction", "conversions and corrections", count: count, since: oldest), at: 0)
    }

    /// Reads pages until one is empty. `page` returns the place behind it.
    private func walk<Place>(from start: Place, _ page: (Place) throws(Failure) -> Place?) throws(Failure) {
        var place = start
        while let next = try page(place) { place = next }
    }
}
