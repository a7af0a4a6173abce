import Mappings
import Rules
import Testing

enum RouteSamples {
    /// A route with a condition as a file has it.
    static func route(_ condition: String?, from sources: Set<String>? = nil, to destinations: [String] = ["c"]) throws -> Route {
        var found = Diagnostics()
        let place = Mappings.SourceLocation(file: "", line: 1, column: 1)
        let expression = condition.flatMap { ExpressionParser.parse($0, at: place, names: .conversion, expecting: .flag, into: &found) }
        #expect(found.all.isEmpty, "\(found.sorted)")
        return Route(sources: sources, destinations: destinations, condition: expression, assignments: [])
    }

    static let sale: Conversion = {
        var sale = Conversion(
            id: ConversionID(high: 0, low: 1), source: "shop", tracker: "acme", receivedAt: Timestamp(seconds: 1_795_000_000))
        sale[.type] = .text("sale")
        sale[.amount] = .number(ExactDecimal(15))
        sale[.payout] = .number(ExactDecimal(16))
        sale[.currency] = .text("EUR")
        sale[.customerEmail] = .text("ann@example.com")
        return sale
    }()
}
