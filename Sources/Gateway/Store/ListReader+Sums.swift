import Mappings
import Rules

/// What sums and counts read.
extension ListReader {
    /// Gives the sums every conversion that the filter takes, with its deliveries. Source, tracker, type, status, times and order id of
    /// the filter count.
    func add(_ filter: ConversionFilter, to sums: inout Sums) throws(Failure) -> Sums.Overflow? {
        var place = ConversionID.zero
        var overflow: Sums.Overflow?
        while true {
            var conversions: [(id: ConversionID, value: SummedConversion)] = []
            try readPage(behind: place, filter, into: &conversions)
            guard let last = conversions.last else { return overflow }
            place = last.id
            for conversion in conversions {
                do throws(Sums.Overflow) { try sums.add(conversion.value) } catch { overflow = error }
            }
        }
    }

    private func readPage(
        behind place: ConversionID, _ filter: ConversionFilter, into conversions: inout [(id: ConversionID, value: SummedConversion)]
    ) throws(Failure) {
        let dialect = Self.dialect
        var query = conditions(of: filter)
        query.add("c.id >", place)
        let content = filter.byOccurrence ? "JOIN content t ON \(dialect.content(present: true))" : ""
        let source = dialect.text(of: "c.source", as: "s")
        let tracker = dialect.text(of: "c.tracker", as: "k")
        let destination = dialect.text(of: "d.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT c.id, \(source.column), \(tracker.column), c.received_at, c.type, c.status, c.currency, c.amount, c.refunded, c.occurred,
                \(destination.column), d.state
            FROM (
                SELECT c.*, \(filter.byOccurrence ? dialect.occurredAt : "NULL") AS occurred FROM conversion c \(content) \(query.clause)
                ORDER BY c.id \(query.page(2000))
            ) c \(source.join) \(tracker.join) LEFT JOIN delivery d ON d.conversion = c.id \(destination.join) ORDER BY c.id
            """
        var found = conversions
        _ = try rows(sql, query.values) { row in
            let id = row.id(0)
            if found.last?.id != id { found.append((id, row.summed())) }
            if !row.isNull(10) { found[found.count - 1].value.deliveries.append((row.text(10), row.state(11))) }
        }
        conversions = found
    }

    // MARK: How many there are

    func count(_ filter: ConversionFilter) throws(Failure) -> Int {
        var query = conditions(of: filter)
        if let state = filter.state { query.add(try hasDelivery(in: state)) }
        let content = filter.byOccurrence ? "JOIN content t ON \(Self.dialect.content(present: true))" : ""
        return try rows("SELECT count(*) FROM conversion c \(content) \(query.clause)", query.values) { $0.int(0) }.first ?? 0
    }

    func count(_ filter: DeliveryFilter) throws(Failure) -> Int {
        let query = try conditions(of: filter)
        let content = filter.byOccurrence ? "JOIN content t ON \(Self.dialect.content())" : ""
        let sql = "SELECT count(*) FROM delivery d JOIN conversion c ON c.id = d.conversion \(content) \(query.clause)"
        return try rows(sql, query.values) { $0.int(0) }.first ?? 0
    }

    func count(_ filter: RefusedFilter) throws(Failure) -> Int {
        let query = conditions(of: filter)
        return try rows("SELECT count(*) FROM refused r \(query.clause)", query.values) { $0.int(0) }.first ?? 0
    }
}

extension RowReader {
    /// `id, source, tracker, received_at, type, status, currency, amount, refunded, occurred`.
    fileprivate func summed() -> SummedConversion {
        SummedConversion(
            source: text(1), tracker: text(2), time: optionalText(9).flatMap { Timestamp(iso8601: $0) } ?? timestamp(3),
            type: optionalText(4), status: optionalText(5), currency: optionalText(6),
            amount: optionalText(7).flatMap { try? ExactDecimal(parsing: $0) },
            refunded: optionalText(8).flatMap { try? ExactDecimal(parsing: $0) })
    }
}
