import Mappings

/// Why a route does not take a conversion. Worked out only if somebody asks: the way of a conversion needs no more than yes or no.
package struct RouteObstacle: Sendable, Equatable {
    /// From 1, in the order of the file.
    package var route: Int
    /// Those of the route's destinations that the conversion does not reach by another route.
    package var destinations: [String]
    /// `wants amount > 20, is 15.00`, `takes from shop-fr`.
    package var reason: String

    package var sentence: String { "route \(route) → \(destinations.joined(separator: ", ")): not sent, \(reason)" }
}

extension [Route] {
    /// What keeps a conversion from destinations that it does not reach.
    ///
    /// - Parameter reached: the destinations that it has a delivery to.
    package func obstacles(to conversion: Conversion, reached: [String]) -> [RouteObstacle] {
        enumerated().compactMap { index, route in
            let missed = route.destinations.filter { !reached.contains($0) }
            guard !missed.isEmpty, let reason = route.obstacle(to: conversion) else { return nil }
            return RouteObstacle(route: index + 1, destinations: missed, reason: reason)
        }
    }
}

extension Route {
    /// Nil if the route takes the conversion.
    package func obstacle(to conversion: Conversion) -> String? {
        if !takes(from: conversion.source) { return "takes from \((sources ?? []).sorted().joined(separator: ", "))" }
        guard let part = falsePart(conversion)?.expression else { return nil }
        return RouteObstacle.reason(wants: part.text(), part.paths.map { ($0.description, conversion.shown($0)) })
    }
}

extension RouteObstacle {
    /// - Parameters:
    ///   - wants: the false part of the condition.
    ///   - values: what the fields hold that it looks at; nil if one is absent.
    static func reason(wants: String, _ values: [(name: String, text: String?)]) -> String {
        let wants = "wants \(wants)"
        switch values.count {
        case 0: return wants
        case 1: return "\(wants), \(values[0].text.map { "is \($0)" } ?? "has none")"
        default: return "\(wants); " + values.map { value in "\(value.name) is \(value.text ?? "absent")" }.joined(separator: ", ")
        }
    }
}

extension Conversion {
    /// Nil also if no place has this name.
    func shown(_ name: String) -> String? { FieldPath(name: name).flatMap(shown) }

    /// For a sentence: an amount with its currency's decimals, a text in quotes; nil if it is absent.
    fileprivate func shown(_ path: FieldPath) -> String? {
        switch self[path] {
        case .absent: nil
        case .text(let text): text.quotedBriefly
        case .number(let number) where path.kind == .money: currency?.minorUnits.flatMap { number.text(decimals: $0) } ?? number.description
        case let value: value.description
        }
    }
}
