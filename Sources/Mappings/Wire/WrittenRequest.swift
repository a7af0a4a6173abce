/// A request to a tracker, ready to be sent, and what may be shown of it.
package struct WrittenRequest: Sendable {
    package var method: String
    package var url: String
    /// `url` with credentials as `***`.
    package var maskedURL: String
    package var headers: [(name: String, value: String)]
    package var body: [UInt8]
    /// Names of headers and body members that hold credentials.
    package var secretHeaders: Set<String> = []
    package var secretMembers: Set<String> = []
    /// The entry of `updates:` that it was written by and whose replies it gets; nil for the main request.
    package var update: String?
}

/// Why a conversion is not sent to a tracker.
package struct Skip: Error, Sendable, Equatable {
    package var reason: String

    package init(_ reason: String) { self.reason = reason }
}
