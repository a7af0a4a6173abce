import Mappings

/// How often something may happen, at most: `8/s`, `100/m`, `5000/h`.
package struct Rate: Sendable, Hashable, CustomStringConvertible {
    /// At least 1.
    package var permits: Int
    package var interval: Duration

    package struct Failure: Error, Equatable {
        package var message: String

        package init(message: String) {
            self.message = message
        }
    }

    /// - Parameter key: what the sentence of a failure names.
    package init(parsing text: String, key: String = "rate") throws(Failure) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let interval = Self.units.first(where: { $0.name == parts[1] })?.interval else {
            throw Failure(message: "'\(key)' must be a rate such as 8/s, 100/m or 5000/h, found \(text.quotedBriefly)")
        }
        guard parts[0].allSatisfy({ $0.isASCII && $0.isNumber }), let permits = Int(parts[0]), Self.bounds.contains(permits) else {
            throw Failure(message: "'\(key)' must count from 1 to 1000000, found \(text.quotedBriefly)")
        }
        self.permits = permits
        self.interval = interval
    }

    package init(permits: Int, interval: Duration) {
        self.permits = max(1, permits)
        self.interval = interval
    }

    package var description: String {
        guard let unit = Self.units.first(where: { $0.interval == interval }) else { return "\(permits) in \(interval)" }
        return "\(permits)/\(unit.name)"
    }

    private static let bounds = 1...1_000_000
    private static let units: [(name: String, interval: Duration)] = [
        ("s", .seconds(1)), ("m", .seconds(60)), ("h", .seconds(3600)), ("d", .seconds(86_400)),
    ]
}
