import Mappings
import Rules
import Testing

struct SumsTests {
    private static func conversion(
        _ amount: String?, currency: String = "EUR", refunded: String? = nil, day: Int64 = 0,
        _ deliveries: (String, DeliveryState)...
    ) throws -> SummedConversion {
        SummedConversion(
            source: "shop", tracker: "refcampaign", time: Timestamp(seconds: day * 86_400), type: "sale", currency: currency,
            amount: try amount.map { try ExactDecimal(parsing: $0) }, refunded: try refunded.map { try ExactDecimal(parsing: $0) },
            deliveries: deliveries.map { (destination: $0.0, state: $0.1) })
    }

    /// One line for each group.
    private static func text(_ conversions: [SummedConversion], by keys: SumKey..., destination: String? = nil) throws -> [String] {
        var sums = Sums(by: keys, destination: destination) { $0.day }
        for conversion in conversions { try sums.add(conversion) }
        return sums.rows.map { values, figures in
            let parts = [("all", figures.all), ("delivered", figures.delivered), ("pending", figures.pending), ("failed", figures.failed)]
            let shown = parts.filter { $0.1.count > 0 }.map { "\($0.0) \($0.1.count) \($0.1.amount)" }
            return (values + shown + ["net \(figures.net.map(\.description) ?? "?")"]).joined(separator: " | ")
        }
    }

    @Test func `amounts that binary floats cannot add are added exactly`() throws {
        let many = try (1...1000).map { _ in try Self.conversion("0.1", ("main", .delivered)) } + [Self.conversion("90071992547409.93")]
        #expect(
            try Self.text(many, by: .currency) == ["EUR | all 1001 90071992547509.93 | delivered 1000 100 | net 90071992547509.93"])
    }

    @Test func `currencies are apart, whatever is asked for`() throws {
        let both = try [
            Self.conversion("1", currency: "EUR", ("main", .delivered)), Self.conversion("1", currency: "JPY", ("main", .pending)),
        ]
        #expect(
            try Self.text(both, by: .source) == [
                "shop | EUR | all 1 1 | delivered 1 1 | net 1", "shop | JPY | all 1 1 | pending 1 1 | net 1",
            ])
    }

    @Test func `by destination a conversion counts at each, otherwise once by its worst delivery`() throws {
        let sales = try [
            Self.conversion("10", ("main", .delivered), ("copy", .pending)), Self.conversion("5", ("main", .duplicate), ("copy", .dead)),
            Self.conversion("3", ("main", .delivered), ("copy", .delivered)), Self.conversion("2"),
        ]
        #expect(
            try Self.text(sales, by: .destination) == [
                " | EUR | all 1 2 | net 2", "copy | EUR | all 3 18 | delivered 1 3 | pending 1 10 | failed 1 5 | net 18",
                "main | EUR | all 3 18 | delivered 3 18 | net 18",
            ])
        #expect(try Self.text(sales, by: .currency) == ["EUR | all 4 20 | delivered 1 3 | pending 1 10 | failed 1 5 | net 20"])
        #expect(try Self.text(sales, by: .currency, destination: "main") == ["EUR | all 3 18 | delivered 3 18 | net 18"])
        #expect(
            try Self.text(sales, by: .state) == [
                " | EUR | all 1 2 | net 2", "dead | EUR | all 1 5 | failed 1 5 | net 5",
                "delivered | EUR | all 1 3 | delivered 1 3 | net 3",
                "pending | EUR | all 1 10 | pending 1 10 | net 10",
            ])
    }

    @Test func `what is unconfirmed is not delivered`() throws {
        let sales = try [
            Self.conversion("10", ("main", .unconfirmed)), Self.conversion("5", ("main", .unconfirmed), ("copy", .delivered)),
            Self.conversion("3", ("main", .unconfirmed), ("copy", .pending)),
        ]
        #expect(try Self.text(sales, by: .currency) == ["EUR | all 3 18 | pending 1 3 | failed 2 15 | net 18"])
        #expect(try Self.text(sales, by: .state).map { $0.prefix(11) } == ["pending | E", "unconfirmed"])
    }

    @Test func `what was taken back lowers the net and not the gross`() throws {
        let sales = try [Self.conversion("49.90", refunded: "10.00", ("main", .delivered)), Self.conversion(nil, ("main", .delivered))]
        #expect(try Self.text(sales, by: .day) == ["1970-01-01 | EUR | all 2 49.9 | delivered 2 49.9 | net 39.9"])
    }

    @Test func `a sum of too many digits is refused`() throws {
        var sums = Sums(by: [.currency]) { $0.day }
        try sums.add(Self.conversion("1e37"))
        #expect(throws: Sums.Overflow.self) { try sums.add(Self.conversion("0.01")) }
    }
}
