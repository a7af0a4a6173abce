import Rules
import Testing

struct RouteReachTests {
    private static func route(_ sources: Set<String>?, _ destinations: String...) -> Route {
        Route(sources: sources, destinations: destinations, assignments: [])
    }

    @Test func `several earlier routes can leave nothing to do together`() {
        var reach = RouteReach(sources: ["a", "b"])
        func add(_ route: Route, isConditional: Bool = false) -> [Int]? {
            reach.add(route, isConditional: isConditional, hasMistakes: false)
        }
        for route in [Self.route(["a"], "x"), Self.route(["b"], "x"), Self.route(nil, "y")] {
            #expect(add(route) == nil)
        }
        #expect(add(Self.route(nil, "x", "y")) == [1, 2, 3])
        #expect(reach.usedSources == ["a", "b"])
        #expect(reach.usedDestinations == ["x", "y"])
    }

    @Test func `a route with a condition leaves the later ones something to do`() {
        var reach = RouteReach(sources: ["a"])
        func add(_ route: Route, isConditional: Bool = false) -> [Int]? {
            reach.add(route, isConditional: isConditional, hasMistakes: false)
        }
        #expect(add(Self.route(["a"], "x"), isConditional: true) == nil)
        #expect(add(Self.route(["a"], "x")) == nil)
        #expect(add(Self.route(["a"], "x")) == [2])
    }

    @Test func `mistakes are remembered, since what is unused may only be misspelt`() {
        var reach = RouteReach(sources: ["a"])
        #expect(!reach.hasMistakes)
        _ = reach.add(Self.route([], "x"), isConditional: false, hasMistakes: true)
        #expect(reach.hasMistakes)
        #expect(reach.usedSources.isEmpty)
    }
}
