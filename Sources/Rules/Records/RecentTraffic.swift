import Mappings

/// What came in and what became of it within some time, in steps of equal length. A store reads the newest messages only, up to a bound.
package struct RecentTraffic: Sendable, Equatable {
    /// Where counting begins, the length of a step, and how many there are.
    package struct Span: Sendable, Equatable {
        package var start: Timestamp
        package var step: Duration
        package var count: Int

        package init(start: Timestamp, step: Duration, count: Int) {
            self.start = start
            self.step = step
            self.count = count
        }

        package var end: Timestamp { start.advanced(by: step * count) }
    }

    package struct Received: Sendable, Equatable {
        package var source: String
        package var step: Int
        package var count: Int
        /// Those that carry a click id.
        package var withClick: Int

        package init(source: String, step: Int, count: Int, withClick: Int = 0) {
            self.source = source
            self.step = step
            self.count = count
            self.withClick = withClick
        }
    }

    package struct Owed: Sendable, Equatable {
        package var destination: String
        package var state: DeliveryState
        package var step: Int
        package var count: Int

        package init(destination: String, state: DeliveryState, step: Int, count: Int) {
            self.destination = destination
            self.state = state
            self.step = step
            self.count = count
        }
    }

    package var span: Span
    /// Conversions and corrections, by the step in which they came.
    package var received: [Received] = []
    /// Their deliveries, by the step in which they were stored.
    package var owed: [Owed] = []
    /// More came than were read; nothing is known of what is older than this.
    package var knownSince: Timestamp?

    package init(span: Span) { self.span = span }

    package func received(from source: String) -> Int { received.reduce(0) { $0 + ($1.source == source ? $1.count : 0) } }

    package func withClick(from source: String) -> Int { received.reduce(0) { $0 + ($1.source == source ? $1.withClick : 0) } }

    package func owed(to destination: String, _ isWanted: (DeliveryState) -> Bool) -> Int {
        owed.reduce(0) { $0 + ($1.destination == destination && isWanted($1.state) ? $1.count : 0) }
    }
}
