import Mappings

/// The routes that lead away from a conversion's source and did not take it, as they are kept with it. So the reasons stay true if somebody
/// changes the routes.
///
/// Kept is which part of a condition was false, and the names of the fields that it looks at. What these hold is in the conversion's
/// document, so no value of a conversion is written a second time.
package struct MissedRoutes: Sendable, Equatable {
    /// As the store has it, one route a line: number, destinations, part, and each field, between tabs. Empty if every route took it.
    package let text: String

    package init(text: String = "") { self.text = text }

    /// - Parameters:
    ///   - missed: routes by their place in the file, and the false part of each one's condition.
    ///   - reached: the destinations that other routes lead to.
    init(_ missed: [(index: Int, part: ConditionPart)], of routes: [Route], reached: [String]) {
        var lines: [String] = []
        for (index, part) in missed {
            let destinations = routes[index].destinations.filter { !reached.contains($0) }
            if !destinations.isEmpty { lines.append("\(index + 1)\t\(destinations.joined(separator: ","))\t\(part.kept)") }
        }
        text = lines.joined(separator: "\n")
    }

    /// What kept the conversion from the destinations that it did not reach.
    ///
    /// - Parameters:
    ///   - conversion: as the same message left it.
    ///   - reached: the destinations that the message has a delivery to.
    package func obstacles(to conversion: Conversion, reached: [String]) -> [RouteObstacle] {
        lines.compactMap { line in
            let missed = line.destinations.filter { !reached.contains($0) }
            guard !missed.isEmpty else { return nil }
            let values = line.places.map { (name: $0.name, text: $0.isRemoved ? "removed" : conversion.shown($0.name)) }
            return RouteObstacle(route: line.route, destinations: missed, reason: RouteObstacle.reason(wants: line.wants, values))
        }
    }

    /// With a mark at each field that a person's removal takes from the conversion, so that nobody reads that it never had one.
    package func forgetting(_ person: Person, from before: Conversion, to after: Conversion) -> MissedRoutes {
        let marked = lines.map { line in
            var line = line
            for (index, place) in line.places.enumerated() where before.shown(place.name) != after.shown(place.name) {
                line.places[index].isRemoved = true
            }
            return line.text
        }
        return MissedRoutes(text: person.masked(marked.joined(separator: "\n")))
    }

    // MARK: Lines

    private struct Line {
        var route: Int
        var destinations: [String]
        var wants: String
        var places: [(name: String, isRemoved: Bool)]

        var text: String {
            ([String(route), destinations.joined(separator: ","), wants] + places.map { ($0.isRemoved ? "-" : "") + $0.name })
                .joined(separator: "\t")
        }
    }

    private var lines: [Line] {
        text.split(separator: "\n").compactMap { line in
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            guard columns.count >= 3, let route = Int(columns[0]) else { return nil }
            let places = columns[3...].map { (name: $0.hasPrefix("-") ? String($0.dropFirst()) : $0, isRemoved: $0.hasPrefix("-")) }
            return Line(
                route: route, destinations: columns[1].split(separator: ",").map(String.init), wants: columns[2], places: places)
        }
    }
}
