import Mappings
import Rules
import Testing

struct RouteSelectionTests {
    /// `set` is as in a configuration: canonical fields and expressions.
    private static func route(
        from sources: Set<String>?, to destinations: [String], when condition: String? = nil, set: KeyValuePairs<String, String> = [:]
    ) throws -> Route {
        Route(
            sources: sources, destinations: destinations, condition: try condition.map { try expression($0) },
            assignments: try set.map { (try #require(FieldPath(name: $0.key)), try expression($0.value)) })
    }

    private static func expression(_ text: String) throws -> Expression {
        var found = Diagnostics()
        let place = Mappings.SourceLocation(file: "", line: 1, column: 1)
        let expression = ExpressionParser.parse(text, at: place, names: .conversion, into: &found)
        return try #require(expression, "\(found.sorted)")
    }

    private static func conversion(_ fields: [(Field, Value)] = [], source: String = "a") -> Conversion {
        let id = ConversionID(high: 0, low: 1)
        var conversion = Conversion(id: id, source: source, tracker: "acme", receivedAt: Timestamp(seconds: 0))
        for (field, value) in fields { conversion[field] = value }
        return conversion
    }

    @Test func `a route without sources takes from every source`() throws {
        let routes = [try Self.route(from: nil, to: ["x", "y"])]
        #expect(routes.destinations(of: Self.conversion(source: "b")) == ["x", "y"])
    }

    @Test func `a route changes what its destination is sent`() throws {
        let routes = [
            try Self.route(
                from: ["a"], to: ["x"], when: #"type == "sale" and amount > 0"#,
                set: [
                    "click_id": "session_id", "amount": "amount * 2", "type": #"if(amount > 100, type, "lead")"#, "sub_ids.s1": "amount",
                    "coupon_code": "'SAVE'", "tax": "metadata.tax", "shipping": "metadata.shipping", "offer": "program",
                ]),
            try Self.route(from: ["a", "b"], to: ["y", "x"]),
        ]
        var sale = Self.conversion([
            (.type, .text("sale")), (.amount, .number(try ExactDecimal(parsing: "12.50"))), (.sessionID, .text("s-1")),
            (.offer, .text("kept")),
        ])
        sale[.metadata("tax")] = .text("2.50")
        sale[.metadata("shipping")] = .text("free")
        #expect(routes.destinations(of: sale) == ["x", "y"])
        let sent = routes.conversion(sale, for: "x")
        #expect(sent[.clickID] == .text("s-1"))
        #expect(sent[.amount].description == "25")
        #expect(sent[.type] == .text("lead"))
        #expect(sent[.subID("s1")].description == sale[.amount].description)
        #expect(sent[.couponCode] == .text("SAVE"))
        #expect(sent[.tax] == .number(try ExactDecimal(parsing: "2.50")))
        #expect(sent[.shipping] == .absent)
        #expect(sent[.offer] == .text("kept"))
        #expect(routes.conversion(sale, for: "y")[.amount] == sale[.amount])
        #expect(routes.destinations(of: Self.conversion()) == ["y", "x"])
    }
}
