import Mappings

/// What became of one delivery: of a try, or without one, such as a skip. `DeliveryProgress.take` decides what a store makes of it.
package struct AttemptResult: Sendable {
    package var delivery: DeliveryID
    package var state: DeliveryState
    /// When to try again; only for `.pending`.
    package var nextAttempt: Timestamp?
    /// Why, in a sentence: the reply's message, the reason for a skip.
    package var reason: String?
    /// The tracker's own id for the conversion, if its reply named one.
    package var remoteID: String?
    /// Nil if there was no try: a skip. A dry run has one, though nothing was sent.
    package var attempt: AttemptRow?
    /// When this was known; nil: when the attempt ended.
    package var at: Timestamp?
    /// The delivery's round in which the try began. A result of an earlier round is logged and changes nothing else.
    package var round = 0
    /// Of a delivery that is one request for each item: what has become of each.
    package var lines: DeliveryLines?
    /// Whether it is one of the schedule's tries; nil: if there is an attempt.
    package var isCounted: Bool?

    package init(
        delivery: DeliveryID, state: DeliveryState, nextAttempt: Timestamp? = nil, reason: String? = nil, remoteID: String? = nil,
        attempt: AttemptRow? = nil, at: Timestamp? = nil, round: Int = 0
    ) {
        self.delivery = delivery
        self.state = state
        self.nextAttempt = nextAttempt
        self.reason = reason
        self.remoteID = remoteID
        self.attempt = attempt
        self.at = at
        self.round = round
    }
}

/// One request that was sent, credentials masked.
package struct AttemptRow: Sendable, Equatable {
    /// Counts all tries of the delivery from 1, also past a requeue. The store counts; what `record` is given is ignored.
    package var number: Int
    package var startedAt: Timestamp
    /// From the first byte out to the last byte in, in microseconds.
    package var latency: Int64
    /// `POST https://app.example/api?…`, credentials masked.
    package var requestLine: String
    /// What was sent behind the line, credentials masked: headers, an empty line, the body. Nil if it was not kept, or is not kept any more.
    package var request: String?
    /// Nil if no reply came.
    package var status: Int?
    package var outcome: AttemptOutcome
    /// The reply's first 4 KiB as UTF-8, or the network error's sentence.
    package var reply: String

    package init(
        number: Int, startedAt: Timestamp, latency: Int64, requestLine: String, request: String? = nil, status: Int? = nil,
        outcome: AttemptOutcome,
        reply: String
    ) {
        self.number = number
        self.startedAt = startedAt
        self.latency = latency
        self.requestLine = requestLine
        self.request = request
        self.status = status
        self.outcome = outcome
        self.reply = reply
    }
}
