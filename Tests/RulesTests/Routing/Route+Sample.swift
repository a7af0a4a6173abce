import Mappings
import Rules
import Testing

extension Route {
    /// A route with a condition as a file has it.
    static func sample(_ condition: String?, from sources: Set<String>? = nil, to destinations: [String] = ["c"]) throws -> Route {
        var found = Diagnostics()
        let place = Mappings.SourceLocation(file: "", line: 1, column: 1)
        let expression = condition.flatMap { ExpressionParser.parse($0, at: place, names: .conversion, expecting: .flag, into: &found) }
        #expect(found.all.isEmpty, "\(found.sorted)")
        return Route(sources: sources, destinations: destinations, condition: expression, assignments: [])
    }
}
