import Mappings

/// Which conversions go to which destinations, and what is changed on the way.
package struct Route: Sendable {
    /// Nil is every source.
    package var sources: Set<String>?
    package var destinations: [String]
    /// Nil lets all pass.
    package let condition: Expression?
    /// What the condition's `and` joins.
    private(set) var parts: [ConditionPart]
    /// Canonical fields that are set before the destination's request is written. An absent result leaves the field as it is.
    package let assignments: [(path: FieldPath, expression: Expression)]
    /// What becomes of a conversion if a field cannot hold what it is set to.
    package var onError: ErrorPolicy
    /// Whether a result may be what its field cannot hold: an entry of `extra` for an amount, a text for a time.
    let mayFail: Bool

    package enum ErrorPolicy: String, Sendable, CaseIterable {
        /// The field stays as it is, and the conversion has a warning.
        case keep
        /// The conversion is not sent to the route's destinations.
        case skip
    }

    package init(
        sources: Set<String>? = nil, destinations: [String], condition: Expression? = nil,
        assignments: [(path: FieldPath, expression: Expression)], onError: ErrorPolicy = .keep
    ) {
        self.sources = sources
        self.destinations = destinations
        self.condition = condition
        parts = ConditionPart.parts(of: condition)
        self.assignments = assignments
        self.onError = onError
        mayFail = assignments.contains { $0.path.mayRefuse($0.expression) }
    }

    package func takes(_ conversion: Conversion) -> Bool {
        guard takes(from: conversion.source) else { return false }
        return falsePart(conversion) == nil
    }

    func takes(from source: String) -> Bool { sources?.contains(source) ?? true }

    /// The first part of the condition that is false; nil if the condition is true.
    func falsePart(_ conversion: Conversion) -> ConditionPart? {
        if parts.isEmpty { return nil }
        let input = ExpressionInput(conversion)
        for part in parts where !part.expression.isTrue(input) { return part }
        return nil
    }

    /// The same with secrets blotted out of what is kept of its condition.
    func hiding(_ secrets: SecretFinder) -> Route {
        var route = self
        route.parts = parts.map { ConditionPart($0.expression, hiding: secrets) }
        return route
    }
}

extension [Route] {
    /// The destinations that a conversion is sent to, each once, in the order of the file.
    package func destinations(of conversion: Conversion) -> [String] { way(of: conversion).destinations }

    /// One look at every route.
    package func way(of conversion: Conversion) -> Way {
        var way = Way()
        var missed: [(index: Int, part: ConditionPart)] = []
        for (index, route) in enumerated() where route.takes(from: conversion.source) {
            if let part = route.falsePart(conversion) {
                missed.append((index, part))
            } else {
                for name in route.destinations where !way.destinations.contains(name) { way.destinations.append(name) }
            }
        }
        if !missed.isEmpty { way.missed = MissedRoutes(missed, of: self, reached: way.destinations) }
        return way
    }

    /// Where a corrected conversion is sent beside the destinations that have had it. Money that goes back adds none: a destination that has had
    /// no sale has nothing to take back, and to it the rest would be a sale of its own.
    package func way(ofCorrected conversion: Conversion) -> Way {
        var way = way(of: conversion)
        if conversion.text(.update) == "refund" { way.destinations = [] }
        return way
    }

    /// Whether any route leads from the source to the destination, on whatever condition.
    package func leads(from source: String, to destination: String) -> Bool { index(from: source, to: destination) != nil }

    private func index(from source: String, to destination: String) -> Int? {
        firstIndex { $0.destinations.contains(destination) && $0.takes(from: source) }
    }

    /// The conversion as it is sent to a destination: changed by the first route that leads there.
    ///
    /// What has a delivery is sent by such a route even if no route's condition is true, or is true by now: a correction goes where its
    /// conversion went, and an operator may send a conversion past the conditions.
    package func conversion(_ conversion: Conversion, for destination: String) throws(Skip) -> Conversion {
        let taking = firstIndex { $0.destinations.contains(destination) && $0.takes(conversion) }
        guard let index = taking ?? index(from: conversion.source, to: destination), !self[index].assignments.isEmpty else {
            return conversion
        }
        var changed = conversion
        let input = ExpressionInput(conversion)
        for (path, expression) in self[index].assignments {
            do throws(FieldFailure) {
                if let value = try path.value(of: expression, input) { changed[path] = value }
            } catch {
                guard self[index].onError == .skip else { continue }
                throw Skip("route \(index + 1) cannot set \(path): \(error.sentence(without: path))")
            }
        }
        return changed
    }

    /// Whether `warnings` can find anything.
    var mayFail: Bool { contains { $0.mayFail && $0.onError == .keep } }

    /// What routes cannot set on the way to this conversion's destinations, each once; the field then stays as it is.
    func warnings(of conversion: Conversion) -> [String] {
        var warnings: [String] = []
        var reached: Set<String> = []
        let input = ExpressionInput(conversion)
        for (index, route) in enumerated() where route.takes(conversion) {
            let decides = route.destinations.contains { !reached.contains($0) }
            reached.formUnion(route.destinations)
            guard decides, route.mayFail, route.onError == .keep else { continue }
            for (path, expression) in route.assignments {
                do throws(FieldFailure) {
                    _ = try path.value(of: expression, input)
                } catch {
                    warnings.append("route \(index + 1) did not set \(path): \(error.sentence(without: path))")
                }
            }
        }
        return warnings
    }
}

extension FieldPath {
    /// What an expression sets this field to; nil leaves it as it is.
    fileprivate func value(of expression: Expression, _ input: borrowing ExpressionInput) throws(FieldFailure) -> Value? {
        let value = expression.value(input)
        if value.isAbsent, let (path, text) = expression.oddNumbers(input).first {
            throw FieldFailure("\(path) \(text.quotedBriefly) is no number")
        }
        return try fitting(value)
    }

    /// The value as this field holds it: an entry of `metadata` may be `"5"` if an amount is needed. Nil if it is absent.
    fileprivate func fitting(_ value: Value) throws(FieldFailure) -> Value? {
        switch (kind, value) {
        case (_, .absent): nil
        case (.text, .text) where self != .field(.currency): value
        case (.money, .number), (.flag, .flag), (.time, .time): value
        default: try self.value(of: value.description)
        }
    }

    /// Whether the expression may yield what this field cannot hold. Its kind was checked when the file was loaded; only an entry of `metadata`
    /// or `extra` has a kind that is not known before, and only words and currencies do not hold every text.
    fileprivate func mayRefuse(_ expression: Expression) -> Bool {
        if expression.literal != nil { return false }
        if self == .field(.currency) || !expression.numericOperands.isEmpty { return true }
        return switch kind {
        case .text: false
        case .word: expression.paths != [self]
        case .money, .flag, .time: expression.paths.contains { $0.isOfUnknownKind }
        }
    }

    private var isOfUnknownKind: Bool {
        switch self {
        case .metadata, .extra: true
        default: false
        }
    }
}

extension FieldFailure {
    /// For a sentence that names the field already.
    fileprivate func sentence(without path: FieldPath) -> String {
        let name = "\(path) "
        return sentence.hasPrefix(name) ? String(sentence.dropFirst(name.count)) : sentence
    }
}
