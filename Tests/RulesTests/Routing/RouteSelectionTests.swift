import Mappings
import Testing

@testable import Rules

struct RouteSelectionTests {
    /// `set` is as in a configuration: canonical fields and expressions.
    private static func route(
        from sources: Set<String>?, to destinations: [String], when condition: String? = nil, set: KeyValuePairs<String, String> = [:],
        onError: Route.ErrorPolicy = .keep
    ) throws -> Route {
        Route(
            sources: sources, destinations: destinations, condition: try condition.map { try expression($0) },
            assignments: try set.map { (try #require(FieldPath(name: $0.key)), try expression($0.value)) }, onError: onError)
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
        let sent = try routes.conversion(sale, for: "x")
        #expect(sent[.clickID] == .text("s-1"))
        #expect(sent[.amount].description == "25")
        #expect(sent[.type] == .text("lead"))
        #expect(sent[.subID("s1")].description == sale[.amount].description)
        #expect(sent[.couponCode] == .text("SAVE"))
        #expect(sent[.tax] == .number(try ExactDecimal(parsing: "2.50")))
        #expect(sent[.shipping] == .absent)
        #expect(sent[.offer] == .text("kept"))
        #expect(try routes.conversion(sale, for: "y")[.amount] == sale[.amount])
        #expect(routes.destinations(of: Self.conversion()) == ["y", "x"])
    }

    @Test(arguments: [
        ("occurred_at", "metadata.at", "'yesterday' is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z"),
        ("occurred_at", "metadata.number", "'1717000000' is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z"),
        ("amount", "metadata.at", "'yesterday' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("is_subscription", "metadata.at", "'yesterday' must be true or false"),
        ("status", "metadata.at", "unknown word 'yesterday'; known: approved, chargeback, pending, pending_review, refunded, rejected"),
        ("currency", "metadata.at", "'yesterday' is not a currency code; send three to five letters or digits such as EUR or USDT"),
    ])
    func `a field that cannot hold what it is set to stays as it is with a warning, or stops the delivery`(
        field: String, expression: String, reason: String
    ) throws {
        var sale = Self.conversion([(.currency, .text("EUR"))])
        sale[.metadata("at")] = .text("yesterday")
        sale.metadata["number"] = .number("1717000000")
        let other = try Self.route(from: ["b"], to: ["x"])
        let kept = [other, try Self.route(from: nil, to: ["x", "y"], set: [field: expression, "click_id": "metadata.at"])]
        let path = try #require(FieldPath(name: field))
        let sent = try kept.conversion(sale, for: "x")
        #expect(sent[path] == sale[path])
        #expect(sent[.clickID] == .text("yesterday"))
        #expect(kept.mayFail)
        #expect(kept.warnings(of: sale) == ["route 2 did not set \(field): \(reason)"])
        let strict = [other, try Self.route(from: nil, to: ["x"], set: [field: expression], onError: .skip)]
        #expect(strict.warnings(of: sale) == [])
        #expect(throws: Skip("route 2 cannot set \(field): \(reason)")) { try strict.conversion(sale, for: "x") }
    }

    @Test func `a flag and a time are read from what a sender can write`() throws {
        var sale = Self.conversion()
        sale.metadata = ["again": .number("1"), "at": "2026-12-24T10:00:00+01:00"]
        let routes = [try Self.route(from: nil, to: ["x"], set: ["is_subscription": "metadata.again", "occurred_at": "metadata.at"])]
        let sent = try routes.conversion(sale, for: "x")
        #expect(sent[.isSubscription] == .flag(true))
        #expect(sent[.occurredAt].description == "2026-12-24T09:00:00Z")
        #expect(routes.warnings(of: sale) == [])
    }

    @Test func `what no input can break costs no look at each conversion`() throws {
        let safe = try Self.route(
            from: nil, to: ["x"],
            set: [
                "amount": "amount * 2", "click_id": "metadata.click", "type": "'sale'", "currency": "'EUR'", "occurred_at": "received_at",
            ])
        #expect(![safe].mayFail)
    }

    @Test func `only the route that decides about a destination warns`() throws {
        let routes = [
            try Self.route(from: nil, to: ["x"]), try Self.route(from: nil, to: ["x"], when: "true", set: ["amount": "metadata.at"]),
            try Self.route(from: nil, to: ["x", "y"], when: "exists(click_id)", set: ["amount": "metadata.at"]),
        ]
        var sale = Self.conversion()
        sale[.metadata("at")] = .text("soon")
        #expect(routes.warnings(of: sale) == [])
        sale[.clickID] = .text("c")
        #expect(routes.warnings(of: sale).count == 1)
    }

    @Test func `a route can switch at a moment`() throws {
        let routes = [
            try Self.route(from: nil, to: ["old"], when: #"received_at < time("2026-12-25T00:00:00+01:00")"#),
            try Self.route(from: nil, to: ["new"], when: #"received_at >= time("2026-12-25T00:00:00+01:00")"#),
        ]
        var sale = Self.conversion()
        for (text, destination) in [("2026-12-24T22:59:59Z", "old"), ("2026-12-24T23:00:00Z", "new")] {
            sale.receivedAt = try #require(Timestamp(iso8601: text))
            #expect(routes.destinations(of: sale) == [destination])
        }
    }
}
