import Mappings

/// One delivery's columns while the result of a try is written: what a try makes of them.
package struct DeliveryProgress: Sendable, Equatable {
    package var state: DeliveryState
    /// Since the last requeue.
    package var attempts: Int
    /// Since ever; the last attempt's number.
    package var logged: Int
    package var changedAt: Timestamp
    /// Nil on a pending delivery: it is held.
    package var nextAttempt: Timestamp?
    package var reason: String?
    package var remoteID: String?
    package var round: Int
    /// A later delivery of the history is held until this one has ended.
    package var isFollowed: Bool
    /// What has become of each line; nil if it is one request.
    package var lines: DeliveryLines?
    /// The destination said in an earlier round that it has the conversion. What it says of one more try does not take that back.
    package var hadArrived: Bool

    /// Attempts that are kept of each delivery.
    package static let keptAttempts = 50

    package init(
        state: DeliveryState, attempts: Int, logged: Int, changedAt: Timestamp, nextAttempt: Timestamp? = nil, reason: String? = nil,
        remoteID: String? = nil, round: Int = 0, isFollowed: Bool = false, lines: DeliveryLines? = nil, hadArrived: Bool = false
    ) {
        self.state = state
        self.attempts = attempts
        self.logged = logged
        self.changedAt = changedAt
        self.nextAttempt = nextAttempt
        self.reason = reason
        self.remoteID = remoteID
        self.round = round
        self.isFollowed = isFollowed
        self.lines = lines
        self.hadArrived = hadArrived
    }

    /// What the first try of a delivery makes of it, if nothing else has happened to the delivery; nil if that takes a look at it.
    ///
    /// A store may write it to a row that is as `isUntried` says, without having read it.
    package static func afterFirstTry(_ result: AttemptResult) -> DeliveryProgress? {
        guard result.attempt != nil, result.state != .pending, result.round == 0, result.lines == nil, result.isCounted == nil else {
            return nil
        }
        let anytime = Timestamp(seconds: 0)
        var progress = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: anytime, nextAttempt: anytime)
        guard progress.isUntried, progress.take(result) == .changed(releases: false) else { return nil }
        return progress
    }

    /// Whether nothing has happened to the delivery but that it was stored.
    package var isUntried: Bool {
        state == .pending && logged == 0 && round == 0 && nextAttempt != nil && !isFollowed && lines == nil && remoteID == nil
            && !hadArrived
    }

    package enum Effect: Sendable, Equatable {
        /// Nothing is written.
        case none
        /// The attempt is logged and counted; the delivery stays as it was.
        case logged
        /// - Parameter releases: the next held delivery of the history may go.
        case changed(releases: Bool)
    }

    /// A late result is logged, but does not undo what is known: a delivery that is no longer pending changes only if it turns out to have
    /// arrived, and a result of an earlier round changes nothing.
    package mutating func take(_ result: AttemptResult) -> Effect {
        // Judged while it was not held yet. Its time will come, and then it is judged by what became of the one before it.
        if result.attempt == nil, state == .pending, nextAttempt == nil { return .none }
        let isNews = state == .pending || (result.state.hasArrived && !state.hasArrived)
        if result.attempt != nil { logged += 1 }
        guard isNews, result.round == round else {
            if result.state.hasArrived { hadArrived = true }
            return result.attempt == nil ? .none : .logged
        }
        let wasFollowed = isFollowed
        state = result.state
        if result.isCounted ?? (result.attempt != nil) { attempts += 1 }
        if let found = result.lines { lines = lines?.joined(by: found) ?? found }
        // Whoever has one line has the order.
        if lines?.arrived ?? 0 > 0 { hadArrived = true }
        changedAt = result.at ?? result.attempt?.endedAt ?? changedAt
        // What is held stays held.
        nextAttempt = state == .pending && nextAttempt != nil ? result.nextAttempt ?? nextAttempt : nil
        reason = result.reason
        remoteID = result.remoteID ?? remoteID
        if state != .pending { isFollowed = false }
        return .changed(releases: wasFollowed && !isFollowed)
    }

    package enum Requeued: Sendable, Equatable {
        /// It has ended otherwise since it was looked at, and stays as it is.
        case notAsSeen
        /// It was pending, and is due now.
        case sooner
        /// It had ended. It is pending, and due in a new round; it has to take its place in its history.
        case newRound
    }

    /// Makes the delivery due now.
    ///
    /// A pending one stays the same delivery: a process may have it in memory or under way, and sends it once; its result counts. So only
    /// its time changes, and not even that while it is held.
    package mutating func requeue(seen: Requeue.Seen? = nil, at now: Timestamp) -> Requeued {
        if state == .pending {
            if nextAttempt != nil { nextAttempt = now }
            return .sooner
        }
        if let seen, seen != Requeue.Seen(state: state, changedAt: changedAt) { return .notAsSeen }
        if state.hasArrived { hadArrived = true }
        state = .pending
        attempts = 0
        changedAt = now
        nextAttempt = now
        reason = nil
        lines = lines?.reopened()
        round += 1
        return .newRound
    }

    /// The attempts with this number and below are not kept any more; nil while all are.
    package var lastDropped: Int? { logged > Self.keptAttempts ? logged - Self.keptAttempts : nil }
}

extension AttemptRow {
    package var endedAt: Timestamp { Timestamp(microseconds: startedAt.microseconds &+ latency) }
}
