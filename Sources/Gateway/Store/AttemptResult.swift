import Mappings

/// What a worker learned from one try, and what follows from it.
struct AttemptResult: Sendable {
    var delivery: DeliveryID
    var state: DeliveryState
    /// When to try again; only for `.pending`.
    var nextAttempt: Timestamp?
    /// Why, in a sentence: the reply's message, the reason for a skip.
    var reason: String?
    /// The tracker's own id for the conversion, where its reply told.
    var remoteID: String?
    /// Nil where nothing was sent: a skip.
    var attempt: AttemptRow?
    /// When this was known; nil: when the attempt ended.
    var at: Timestamp?
    /// The delivery's round in which the try began. A result of an earlier round is logged and changes nothing else.
    var round = 0
}

/// One request that was sent, credentials masked.
struct AttemptRow: Sendable, Equatable {
    /// Counts all tries of the delivery from 1, also past a requeue. The store counts; what `record` is given is ignored.
    var number: Int
    var startedAt: Timestamp
    /// From the first byte out to the last byte in, in microseconds.
    var latency: Int64
    /// `POST https://app.example/api?…`, credentials masked.
    var requestLine: String
    /// What was sent behind the line, credentials masked: headers, an empty line, the body. Nil where it was not kept, or is kept no more.
    var request: String?
    /// Nil where no reply came.
    var status: Int?
    /// `delivered`, `duplicate`, `retry`, `rejected`, `timeout`, `connection`; `dry_run` where nothing was sent.
    var outcome: String
    /// The reply's first 4 KiB as UTF-8, or the network error's sentence.
    var reply: String
}
