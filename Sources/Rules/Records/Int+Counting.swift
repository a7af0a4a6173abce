extension Int {
    /// The number with its noun: `1 delivery`, `3 deliveries`, `0 waiting corrections`.
    ///
    /// - Parameter many: the plural, if it is no regular one.
    package func of(_ one: String, _ many: String? = nil) -> String { "\(self) \(self == 1 ? one : many ?? one.plural)" }
}

extension String {
    fileprivate var plural: String {
        guard hasSuffix("y"), let before = dropLast().last, !"aeiou".contains(before) else { return self + "s" }
        return dropLast() + "ies"
    }
}
