/// Why a conversion is not sent to a tracker.
package struct Skip: Error, Sendable, Equatable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
