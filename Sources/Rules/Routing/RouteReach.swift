import Mappings

/// Collects what each route decides while routes are read in order, to find those that can never act.
///
/// The first route that takes a conversion to a destination decides what is sent there. So once a route without a condition
/// joins a source and a destination, no later route changes anything between the two.
package struct RouteReach {
    private let sources: [String]
    /// By source and destination: the route without a condition that joins them, and all conditions that joined them before.
    private var settled: [Pair: Int] = [:]
    private var conditions: [Pair: [(condition: Expression, route: Int)]] = [:]
    private var count = 0
    package private(set) var usedSources: Set<String> = []
    package private(set) var usedDestinations: Set<String> = []
    /// A route names something that is not declared: what is unused may only be misspelt.
    package var hasMistakes = false

    private struct Pair: Hashable {
        var source: String
        var destination: String
    }

    package init(sources: [String]) { self.sources = sources }

    /// - Returns: the numbers of the earlier routes that leave this one nothing to do, counted from 1; nil if it can act.
    package mutating func add(_ route: Route, isConditional: Bool, hasMistakes: Bool) -> [Int]? {
        count += 1
        if hasMistakes { self.hasMistakes = true }
        let pairs = sources.filter { route.sources?.contains($0) ?? true }.flatMap { source in
            route.destinations.map { Pair(source: source, destination: $0) }
        }
        usedSources.formUnion(pairs.map(\.source))
        usedDestinations.formUnion(route.destinations)
        var earlier: Set<Int> = []
        var canAct = pairs.isEmpty
        for pair in pairs {
            let same = conditions[pair]?.first { $0.condition == route.condition }?.route
            if let number = settled[pair] ?? same {
                earlier.insert(number)
            } else {
                canAct = true
            }
            if !isConditional, settled[pair] == nil { settled[pair] = count }
            if let condition = route.condition { conditions[pair, default: []].append((condition, count)) }
        }
        return canAct ? nil : earlier.sorted()
    }
}
