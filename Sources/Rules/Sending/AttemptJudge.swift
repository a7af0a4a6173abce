import Mappings

/// Decides what becomes of one delivery after one try. The worker carries the decision out.
///
/// `AnswerRule` says what an answer means. Whatever got no answer is tried again.
package struct AttemptJudge: Sendable {
    package struct Decision: Sendable, Equatable {
        package var state: DeliveryState
        /// How long to wait before the next try; only for `.pending`.
        package var wait: Duration?
        /// Whether the tracker asked for a wait, by `Retry-After` or in its body.
        package var isAsked = false
        package var reason: String?
        package var remoteID: String?
        /// What the try itself came to.
        package var outcome: AttemptOutcome
        /// What it says about the destination's health.
        package var ending: Breaker.Ending

        package init(
            state: DeliveryState, wait: Duration? = nil, reason: String? = nil, remoteID: String? = nil, outcome: AttemptOutcome,
            ending: Breaker.Ending
        ) {
            self.state = state
            self.wait = wait
            self.reason = reason
            self.remoteID = remoteID
            self.outcome = outcome
            self.ending = ending
        }

        /// When the delivery is looked at again; nil if it has ended.
        ///
        /// - Parameter expiresAt: the delivery is dead from then on. It is looked at then, and does not stay pending until its next try.
        package func nextAttempt(at now: Timestamp, expiresAt: Timestamp?) -> Timestamp? {
            guard let wait else { return nil }
            let next = now.advanced(by: wait)
            return expiresAt.map { min($0, next) } ?? next
        }
    }

    package var schedule: RetrySchedule
    /// The number of this try, from 1.
    package var attempt: Int
    package var answers: AnswerRule

    package init(schedule: RetrySchedule, attempt: Int, answers: AnswerRule = AnswerRule()) {
        self.schedule = schedule
        self.attempt = attempt
        self.answers = answers
    }

    /// - Parameters:
    ///   - words: The tracker's own words in the reply, fit to be shown. Not asked for if the answer is `delivered`.
    ///   - random: In `0...1`, spreads the wait.
    package func decision(
        on reply: Reply, reading: ReplyReading?, words: (Reply) -> String? = { AnswerWords.text(of: $0).map(AnswerWords.brief) },
        at now: Timestamp, random: Double
    ) -> Decision {
        func quote() -> String? {
            if let message = reading?.message, !message.isEmpty { return message }
            return words(reply)
        }
        switch answers.verdict(on: reply, reading: reading) {
        case .delivered:
            return Decision(
                state: .delivered, reason: reading?.message, remoteID: reading?.remoteID, outcome: .delivered, ending: .success)
        case .duplicate:
            return Decision(
                state: .duplicate, reason: quote(), remoteID: reading?.remoteID, outcome: .duplicate, ending: .success)
        case .unconfirmed(let why):
            return Decision(
                state: .unconfirmed, reason: "\(Self.sentence(for: reply, quoting: quote())); unconfirmed, as \(why)",
                remoteID: reading?.remoteID, outcome: .unconfirmed, ending: .success)
        case .rejected:
            return Decision(
                state: .rejected, reason: Self.refusal(reply, reading, quoting: quote()), remoteID: reading?.remoteID, outcome: .rejected,
                ending: .success)
        case .retry:
            let header = reply.retryAfter.flatMap { RetryAfter.wait($0, at: now) }
            let requested = [header, reading?.retryAfter].compactMap(\.self).max()
            let ending = Breaker.Ending.failure("tracker answered \(reply.status)")
            var decision = retry(
                Self.sentence(for: reply, quoting: quote()), outcome: .retry, ending: ending, requested: requested, random: random)
            decision.remoteID = reading?.remoteID
            return decision
        }
    }

    /// - Parameter random: In `0...1`, spreads the wait.
    package func decision(on failure: ExchangeFailure, random: Double) -> Decision {
        if case .unsendable = failure {
            return Decision(state: .rejected, reason: failure.sentence, outcome: failure.outcome, ending: .nothing)
        }
        let ending = Breaker.Ending.failure(failure.sentence)
        return retry(failure.sentence, outcome: failure.outcome, ending: ending, requested: nil, random: random)
    }

    /// - Parameter random: In `0...1`, spreads the wait.
    package func decision(on failure: TokenFailure, at now: Timestamp, random: Double) -> Decision {
        let requested = failure.retryAfter.flatMap { RetryAfter.wait($0, at: now) }
        return retry(
            failure.sentence, outcome: failure.outcome, ending: .failure(failure.sentence), requested: requested, random: random)
    }

    private func retry(
        _ what: String, outcome: AttemptOutcome, ending: Breaker.Ending, requested: Duration?, random: Double
    ) -> Decision {
        let count = "\(what); attempt \(attempt) of \(max(attempt, schedule.tries))"
        guard let wait = schedule.wait(after: attempt, requested: requested, random: random) else {
            return Decision(state: .dead, reason: "\(count), no more tries", outcome: outcome, ending: ending)
        }
        var reason = "\(count), next in \(wait.text)"
        if let requested, requested > max(wait, schedule.longestRequest) {
            reason += "; the tracker asked for \(requested.text), and retry_after_max is \(schedule.longestRequest.text)"
        }
        var decision = Decision(state: .pending, wait: wait, reason: reason, outcome: outcome, ending: ending)
        decision.isAsked = requested != nil
        return decision
    }

    private static func sentence(for reply: Reply, quoting words: String?) -> String {
        "tracker answered \(reply.status)" + (words.map { ": \($0)" } ?? "")
    }

    private static func refusal(_ reply: Reply, _ reading: ReplyReading?, quoting words: String?) -> String {
        guard reading == nil, (300..<400).contains(reply.status) else { return sentence(for: reply, quoting: words) }
        let status = "tracker answered \(reply.status)"
        guard let location = reply.location else { return "\(status); redirects are not followed, correct the url" }
        return "\(status) to \(target(of: location)); redirects are not followed, correct the url"
    }

    /// Without a query, as trackers that redirect often carry the whole request over, credentials included; and without a user's name and
    /// password before the host.
    private static func target(of location: String) -> String {
        let path = location.prefix { $0 != "?" && $0 != "#" }
        let start = path.firstRange(of: "://")?.upperBound ?? path.startIndex
        let host = path[start...].prefix { $0 != "/" }
        guard let at = host.lastIndex(of: "@") else { return String(path.prefix(200)) }
        return String((path[..<start] + path[path.index(after: at)...]).prefix(200))
    }
}
