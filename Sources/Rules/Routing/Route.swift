import Mappings

/// Which conversions go to which destinations, and what is changed on the way.
package struct Route: Sendable {
    /// Nil is every source.
    package var sources: Set<String>?
    package var destinations: [String]
    /// Nil lets all pass.
    package var condition: Expression?
    /// Canonical fields that are set before the destination's request is written; an absent result, or one that the field cannot hold, leaves
    /// the field as it is.
    package var assignments: [(path: FieldPath, expression: Expression)]

    package init(
        sources: Set<String>? = nil, destinations: [String], condition: Expression? = nil,
        assignments: [(path: FieldPath, expression: Expression)]
    ) {
        self.sources = sources
        self.destinations = destinations
        self.condition = condition
        self.assignments = assignments
    }

    package func takes(_ conversion: Conversion) -> Bool {
        guard sources?.contains(conversion.source) ?? true else { return false }
        return condition?.isTrue(ExpressionInput(conversion)) ?? true
    }
}

extension [Route] {
    /// The destinations that a conversion is sent to, each once, in the order of the file.
    package func destinations(of conversion: Conversion) -> [String] {
        var names: [String] = []
        for route in self where route.takes(conversion) {
            for name in route.destinations where !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Whether any route leads from the source to the destination, on whatever condition.
    package func leads(from source: String, to destination: String) -> Bool { route(from: source, to: destination) != nil }

    private func route(from source: String, to destination: String) -> Route? {
        first { $0.destinations.contains(destination) && $0.sources?.contains(source) ?? true }
    }

    /// The conversion as it is sent to a destination: changed by the first route that leads there.
    ///
    /// What has a delivery is sent by such a route even if no route's condition is true, or is true by now: a correction goes where its
    /// conversion went, and an operator may send a conversion past the conditions.
    package func conversion(_ conversion: Conversion, for destination: String) -> Conversion {
        let taking = first { $0.destinations.contains(destination) && $0.takes(conversion) }
        let route = taking ?? route(from: conversion.source, to: destination)
        guard let route else { return conversion }
        var changed = conversion
        let input = ExpressionInput(conversion)
        for (path, expression) in route.assignments {
            if let value = path.fitting(expression.value(input)) { changed[path] = value }
        }
        return changed
    }
}

extension FieldPath {
    /// The value as this field holds it: an entry of `metadata` may be `"5"` if an amount is needed. Nil if it is absent or does not fit.
    fileprivate func fitting(_ value: Value) -> Value? {
        switch (kind, value) {
        case (_, .absent): nil
        case (.text, .text) where self != .field(.currency): value
        case (.money, .number), (.flag, .flag), (.time, .time): value
        case (.text, _), (.money, .text), (.flag, .text), (.time, .text), (.word, .text): try? self.value(of: value.description)
        default: nil
        }
    }
}
