import Mappings
import Testing

@testable import Rules

struct MissedRoutesTests {
    @Test func `kept is what the routes of the source wanted for destinations that were missed`() throws {
        let routes = [
            try RouteSamples.route(nil, to: ["a"]), try RouteSamples.route(#"type == "sale" and amount > 20"#, to: ["a", "b", "c"]),
            try RouteSamples.route("amount > 30", to: ["a"]), try RouteSamples.route(nil, from: ["other"], to: ["d"]),
        ]
        let way = routes.way(of: RouteSamples.sale)
        #expect(way.destinations == ["a"] && way.destinations == routes.destinations(of: RouteSamples.sale))
        #expect(way.missed.text == "2\tb,c\tamount > 20\tamount")
        #expect(
            way.missed.obstacles(to: RouteSamples.sale, reached: ["a"]).map(\.sentence) == [
                "route 2 → b, c: not sent, wants amount > 20, is 15.00"
            ])
        // As somebody sent it there by hand.
        #expect(way.missed.obstacles(to: RouteSamples.sale, reached: ["a", "b"]).map(\.destinations) == [["c"]])
        #expect(routes[..<1].map { $0 }.way(of: RouteSamples.sale).missed == MissedRoutes(), "nothing is kept if every route took it")
    }

    @Test func `money that goes back adds no destination, another change does`() throws {
        let routes = [try RouteSamples.route(nil, to: ["a", "b"])]
        var sale = RouteSamples.sale
        sale[.update] = .text("refund")
        sale[.refund] = .number(ExactDecimal(5))
        sale[.refunded] = .number(ExactDecimal(5))
        #expect(routes.way(ofCorrected: sale).destinations.isEmpty)
        sale[.update] = .text("status")
        #expect(routes.way(ofCorrected: sale).destinations == ["a", "b"])
    }

    @Test(arguments: [
        "amount > 20", #"status == "approved""#, #"type == "lead" or amount > 20"#, "amount - discount > 5", "count() > 0",
        #"customer.email == "b@example.com""#, #"received_at < time("2026-11-01T00:00:00+01:00")"#,
    ])
    func `what was kept says the same as the route itself`(condition: String) throws {
        let route = try RouteSamples.route(condition)
        let kept = [route].way(of: RouteSamples.sale).missed
        #expect(kept.obstacles(to: RouteSamples.sale, reached: []).map(\.reason) == [try #require(route.obstacle(to: RouteSamples.sale))])
    }

    @Test func `a part of a thousand words is cut between two words`() throws {
        let words = (1...100).map { "'person-\($0)@example.com'" }.joined(separator: ", ")
        let text = [try RouteSamples.route("customer.email in [\(words)]")].way(of: RouteSamples.sale).missed.text
        #expect(text.count < 230)
        #expect(text.hasSuffix("@example.com\", …\tcustomer.email"), "\(text)")
    }

    @Test func `after a person was removed it says so, and not that nothing was there`() throws {
        let routes = [
            try RouteSamples.route(#"customer.email == "Ann@example.com" and amount > 1"#),
            try RouteSamples.route("amount > 20", to: ["d"]),
        ]
        let other = [try RouteSamples.route(#"customer.email == "bob@example.com""#)]
        let ann = try #require(Person(email: "ann@example.com"))
        let after = RouteSamples.sale.forgetting(ann)
        let kept = routes.way(of: RouteSamples.sale).missed.forgetting(ann, from: RouteSamples.sale, to: after)
        #expect(!ann.isIn(kept.text))
        #expect(
            kept.obstacles(to: after, reached: []).map(\.reason) == [
                #"wants customer.email == "***", is removed"#, "wants amount > 20, is 15.00",
            ])
        let bobs = other.way(of: RouteSamples.sale).missed.forgetting(ann, from: RouteSamples.sale, to: after)
        #expect(bobs.obstacles(to: after, reached: []).map(\.reason) == [#"wants customer.email == "bob@example.com", is removed"#])
    }
}
