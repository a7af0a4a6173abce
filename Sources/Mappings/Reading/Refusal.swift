/// A request that cannot become a conversion, with all that is wrong with it, first things first.
package struct Refusal: Error, Sendable, Equatable {
    package var failures: [Failure]
    /// What the operator may know besides, and the sender may not.
    package var note: String?
    /// A list of 10,000 items may be wrong in as many places: no more failures than these are listed.
    static let limit = 50

    package init(_ failures: [Failure]) { self.failures = failures }
    package init(_ code: FailureCode, field: String? = nil, _ sentence: String) {
        failures = [Failure(code, field: field, sentence)]
    }

    package var code: FailureCode { failures.first?.code ?? .invalid }
    /// For the operator.
    package var wholeReason: String { note.map { "\(reason); \($0)" } ?? reason }
    package var reason: String { failures.map(\.sentence).joined(separator: "; ") }
}
