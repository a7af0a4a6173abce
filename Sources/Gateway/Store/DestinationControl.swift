import Mappings

/// An operator's word on one destination: nothing is sent to it until it is resumed.
struct DestinationControl: Sendable, Equatable {
    var destination: String
    var pausedAt: Timestamp
    /// In the operator's words; may be empty.
    var reason: String
}

/// How one serving process stands with one destination.
struct DestinationReport: Sendable, Equatable {
    enum Breaker: String, Sendable {
        case closed, open
        case halfOpen = "half-open"
    }

    /// Which process, where several share a store.
    var node = ""
    var destination: String
    var breaker: Breaker
    /// When the breaker left its usual state.
    var openedAt: Timestamp?
    /// When the next probe may go; only while it is open.
    var probeAt: Timestamp?
    /// In a row, and why the last one.
    var failures: Int
    var reason: String?
    var inFlight: Int
    /// In the process's memory.
    var waiting: Int
    var rate: String?
    var isDryRun: Bool
    var lastStatus: Int?
    var answeredAt: Timestamp?
    var reportedAt: Timestamp
}
