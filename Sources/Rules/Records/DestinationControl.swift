import Mappings

/// An operator's pause of one destination: nothing is sent to it until it is resumed.
package struct DestinationControl: Sendable, Equatable {
    package var destination: String
    package var pausedAt: Timestamp
    /// In the operator's words; may be empty.
    package var reason: String

    package init(destination: String, pausedAt: Timestamp, reason: String) {
        self.destination = destination
        self.pausedAt = pausedAt
        self.reason = reason
    }
}

/// What one serving process reports of one destination.
package struct DestinationReport: Sendable, Equatable {
    package enum Breaker: String, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// Which process, if several share a store.
    package var node = ""
    package var destination: String
    package var breaker: Breaker
    /// When the breaker left its usual state.
    package var openedAt: Timestamp?
    /// When the next probe may go; only while it is open.
    package var probeAt: Timestamp?
    /// In a row, and why the last one.
    package var failures: Int
    package var reason: String?
    package var inFlight: Int
    /// In the process's memory.
    package var waiting: Int
    package var rate: String?
    package var isDryRun: Bool
    package var lastStatus: Int?
    package var answeredAt: Timestamp?
    package var reportedAt: Timestamp

    package init(
        node: String = "", destination: String, breaker: Breaker, openedAt: Timestamp? = nil, probeAt: Timestamp? = nil, failures: Int,
        reason: String? = nil, inFlight: Int, waiting: Int, rate: String? = nil, isDryRun: Bool, lastStatus: Int? = nil,
        answeredAt: Timestamp? = nil, reportedAt: Timestamp
    ) {
        self.node = node
        self.destination = destination
        self.breaker = breaker
        self.openedAt = openedAt
        self.probeAt = probeAt
        self.failures = failures
        self.reason = reason
        self.inFlight = inFlight
        self.waiting = waiting
        self.rate = rate
        self.isDryRun = isDryRun
        self.lastStatus = lastStatus
        self.answeredAt = answeredAt
        self.reportedAt = reportedAt
    }
}
