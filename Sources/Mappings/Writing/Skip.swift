/// Why a tracker is sent nothing for a conversion.
package struct Skip: Error, Sendable, Equatable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
