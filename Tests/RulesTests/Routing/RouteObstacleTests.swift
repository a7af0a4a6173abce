import Mappings
import Rules
import Testing

struct RouteObstacleTests {
    @Test(arguments: [
        ("amount > 20", "wants amount > 20, is 15.00"), (#"type == "lead""#, #"wants type == "lead", is 'sale'"#),
        (#"status == "approved""#, #"wants status == "approved", has none"#),
        ("exists(coupon_code)", "wants exists(coupon_code), has none"),
        (#"type == "sale" and amount > 20 and exists(click_id)"#, "wants amount > 20, is 15.00"),
        (#"(type == "sale" or exists(click_id)) and not (amount < 20)"#, "wants not amount < 20, is 15.00"),
        (#"type == "lead" or amount > 20"#, #"wants type == "lead" or amount > 20; type is 'sale', amount is 15.00"#),
        ("payout < amount", "wants payout < amount; payout is 16.00, amount is 15.00"),
        ("amount - discount > 5", "wants amount - discount > 5; amount is 15.00, discount is absent"), ("count() > 0", "wants count() > 0"),
        (
            #"received_at < time("2026-11-01T00:00:00+01:00")"#,
            #"wants received_at < time("2026-10-31T23:00:00Z"), is 2026-11-18T11:06:40Z"#
        ),
    ])
    func `the part of a condition that failed is named with what was found`(condition: String, reason: String) throws {
        #expect(try RouteSamples.route(condition).obstacle(to: RouteSamples.sale) == reason)
    }

    @Test func `a route that takes the conversion has no obstacle`() throws {
        for condition in [nil, "amount > 10", #"type == "lead" or amount > 10"#] {
            #expect(try RouteSamples.route(condition).obstacle(to: RouteSamples.sale) == nil)
        }
        #expect(try RouteSamples.route(nil, from: ["b", "a"]).obstacle(to: RouteSamples.sale) == "takes from a, b")
    }

    @Test func `only destinations that the conversion misses are named`() throws {
        let routes = [
            try RouteSamples.route(nil, to: ["a"]), try RouteSamples.route("amount > 20", to: ["a", "c"]),
            try RouteSamples.route("amount > 30", to: ["a"]),
            try RouteSamples.route(nil, from: ["other"], to: ["c", "d"]),
        ]
        #expect(
            routes.obstacles(to: RouteSamples.sale, reached: ["a"]).map(\.sentence) == [
                "route 2 → c: not sent, wants amount > 20, is 15.00", "route 4 → c, d: not sent, takes from other",
            ])
    }
}
