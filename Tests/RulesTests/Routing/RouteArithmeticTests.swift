import Mappings
import Testing

@testable import Rules

/// Arithmetic in a route's `set:` over what senders write freely.
struct RouteArithmeticTests {
    private static func route(_ field: String, _ text: String, onError: Route.ErrorPolicy = .keep) throws -> [Route] {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "t.yaml", line: 1, column: 1)
        let expression = ExpressionParser.parse(text, at: place, names: .conversion, into: &diagnostics)
        let path = try #require(FieldPath(name: field))
        return [Route(destinations: ["a"], assignments: [(path, try #require(expression, "\(diagnostics.sorted)"))], onError: onError)]
    }

    private static func conversion(_ weight: JSONValue) -> Conversion {
        var conversion = Conversion(id: ConversionID(high: 0, low: 1), source: "s", tracker: "t", receivedAt: Timestamp(seconds: 0))
        conversion.extra = ["weight": weight]
        return conversion
    }

    @Test(arguments: ["amount", "order_id"])
    func `arithmetic on a text that is no number leaves the field and warns`(field: String) throws {
        let routes = try Self.route(field, "extra.weight * 2")
        #expect(routes.mayFail)
        #expect(routes.warnings(of: Self.conversion("heavy")) == ["route 1 did not set \(field): extra.weight 'heavy' is no number"])
        #expect(routes.warnings(of: Self.conversion("2.50")) == [])
        #expect(try routes.conversion(Self.conversion("2.50"), for: "a")[try #require(FieldPath(name: field))].description == "5")
        #expect(try routes.conversion(Self.conversion("heavy"), for: "a")[try #require(FieldPath(name: field))] == .absent)
    }

    @Test func `what is absent is no mistake, and on_error skip does not send a text that is no number`() throws {
        let routes = try Self.route("amount", "extra.weight * 2", onError: .skip)
        var nothing = Self.conversion("1")
        nothing.extra = [:]
        #expect(try routes.conversion(nothing, for: "a")[.amount] == .absent)
        let skip = #expect(throws: Skip.self) { try routes.conversion(Self.conversion("heavy"), for: "a") }
        #expect(skip?.reason == "route 1 cannot set amount: extra.weight 'heavy' is no number")
    }
}
