import Mappings

/// One destination as its deliveries see it: what is sent there for a conversion, what its replies mean, how hard to try, and what is kept.
///
/// The worker, `gateway explain` and the preview of a replay ask this one value, so that what is shown is what would be sent. Pure: the time
/// comes in. Tests script a destination by its two closures.
package struct Sending: Sendable {
    package var name: String
    /// Requests in flight at once, at most.
    package var concurrency = 32
    /// Requests that are begun, at most; nil is as fast as it goes.
    package var rate: Rate?
    /// Nil sends each delivery in a request of its own.
    package var batch: BatchLimits?
    /// Nil sends on, however often the destination fails.
    package var breaker: Breaker.Settings? = Breaker.Settings()
    /// Requests are written and recorded, and nothing is sent.
    package var isDryRun = false
    /// What is older is dead rather than late; nil is never.
    package var maxAge: Duration?
    /// For one whole exchange, from opening the connection to the reply's last byte.
    package var timeout: Duration = .seconds(15)
    package var schedule = RetrySchedule()
    /// What they change on the way here is part of what is sent.
    package var routes: [Route] = []
    /// Its address, credentials and settings. If they change in an outage, that may be the repair.
    package var way: [String] = []
    /// Blotted out of everything that is kept: some trackers echo the request in their errors.
    package var secrets = SecretFinder.none
    /// How the access token is got that its requests carry; nil if they need none.
    package var token: TokenRequest?
    /// Writes the request; the time is that of the attempt, which a mapping may write or sign. Called on an event loop: it must not block.
    package var write: @Sendable (Conversion, Timestamp) throws(Skip) -> OutboundRequest
    /// How many requests a conversion is, if that is one for each item; nil if every conversion is one.
    package var lines: (@Sendable (Conversion) -> Int)?
    /// Nil if the mapping says nothing about this reply; `answers` then decides. The body is cut at 64 KiB.
    /// `update` is that of the request that was answered.
    package var read: @Sendable (_ reply: Reply, _ update: String?) -> ReplyReading? = { _, _ in nil }

    /// What one answer says of each request that was sent together; nil if it is about all of them. Nil inside for one that it does not name.
    package var readEach: (@Sendable (_ body: [UInt8], _ requests: [OutboundRequest]) -> [[UInt8]?]?)?

    /// What an answer means beyond what `read` finds in it.
    package var answers = AnswerRule()

    package init(name: String, write: @escaping @Sendable (Conversion, Timestamp) throws(Skip) -> OutboundRequest) {
        self.name = name
        self.write = write
    }

    /// The numbers that its governor keeps to. A dry run sends nothing, so there is no destination to protect.
    package var limits: Governor.Limits {
        isDryRun
            ? Governor.Limits(concurrency: concurrency, rate: nil, breaker: nil)
            : Governor.Limits(concurrency: concurrency, rate: rate, breaker: breaker)
    }
}

// MARK: - Before the attempt

extension Sending {
    /// What is to be done about a delivery whose turn has come.
    package func nextStep(for delivery: ReadyDelivery, at now: Timestamp) -> NextStep {
        do {
            let next = nextStep(
                for: try delivery.conversion, delivery: delivery.id, after: delivery.predecessor, there: delivery.there, at: now)
            return delivery.lines.map { next.after($0) } ?? next
        } catch {
            return .unreadable("stored conversion cannot be read: \(error)")
        }
    }

    /// - Parameters:
    ///   - id: of the delivery's message: the conversion's own, or the correction's.
    ///   - predecessor: for a correction, what became of its conversion at this destination before; nil if it had no delivery there.
    ///   - there: the destination's own id of the conversion, if it is known.
    package func nextStep(
        for conversion: Conversion, delivery id: ConversionID, after predecessor: DeliveryState?, there: String? = nil, at now: Timestamp
    ) -> NextStep {
        // A correction is as old as itself, not as its conversion.
        let receivedAt = conversion[.update].isAbsent ? conversion.receivedAt : max(conversion.receivedAt, id.time)
        if let reason = lateness(since: receivedAt, at: now) { return .tooLate(reason) }
        do throws(Skip) {
            let ready = try ready(conversion, after: predecessor, there: there)
            let expiresAt = maxAge.map { receivedAt.advanced(by: $0) }
            if let lines, case let count = lines(ready), count > 1 {
                return .lines(LinePlan(of: ready, count: count, expiresAt: expiresAt, isDryRun: isDryRun, at: now, write: write))
            }
            let request = try write(ready, now)
            return isDryRun ? .recordOnly(request) : .send(request, expiresAt: expiresAt)
        } catch {
            return .skip(error.reason)
        }
    }

    /// The request for a conversion or correction, with what the routes change, or why there is none.
    ///
    /// Made at each attempt, so that a corrected mapping or route repairs what waits.
    package func request(
        for conversion: Conversion, after predecessor: DeliveryState?, there: String? = nil, at now: Timestamp
    ) throws(Skip) -> OutboundRequest {
        try write(try ready(conversion, after: predecessor, there: there), now)
    }

    private func ready(_ conversion: Conversion, after predecessor: DeliveryState?, there: String?) throws(Skip) -> Conversion {
        var conversion = try routes.conversion(conversion, for: name).correctionOrConversion(for: name, after: predecessor)
        if let there { conversion[.there] = .text(there) }
        return conversion
    }

    /// Why a conversion is not sent any more; nil while its time is not over.
    package func lateness(since receivedAt: Timestamp, at now: Timestamp) -> String? {
        guard let maxAge else { return nil }
        let age = receivedAt.duration(to: now)
        guard age >= maxAge else { return nil }
        return "received \(age.text) ago, and max_age is \(maxAge.text); to send it after all raise max_age and replay it"
    }
}

// MARK: - After the attempt

extension Sending {
    /// - Parameters:
    ///   - attempt: the number of the try, from 1.
    ///   - random: In `0...1`, spreads the wait.
    package func decision(
        on reply: Reply, to request: OutboundRequest, attempt: Int, at now: Timestamp, random: Double
    ) -> AttemptJudge.Decision {
        var reading = answers.reading(of: reply) ?? read(reply, request.update)
        if let message = reading?.message { reading?.message = String(secrets.masked(message.inOneLine).prefix(500)) }
        if let id = reading?.remoteID { reading?.remoteID = secrets.masked(id) }
        var reply = reply
        if let location = reply.location { reply.location = secrets.masked(location) }
        return AttemptJudge(schedule: schedule, attempt: attempt, answers: answers).decision(
            on: reply, reading: reading, words: { [secrets] in Self.words(in: $0, secrets) }, at: now, random: random)
    }

    /// The answer to each of several requests that were sent together.
    package func replies(toEach requests: [OutboundRequest], in reply: Reply) -> [Reply]? {
        guard readEach != nil, (200..<300).contains(reply.status), reply.damage == nil, let each = readEach?(reply.body, requests) else {
            return nil
        }
        return each.map { body in
            var own = reply
            if let body { own.body = body } else { own.damage = .unnamed }
            return own
        }
    }

    /// Masked as it was sent and as it is shown, since JSON may spell a credential in other ways.
    private static func words(in reply: Reply, _ secrets: SecretFinder) -> String? {
        var reply = reply
        reply.body = secrets.masked(reply.body)
        return AnswerWords.text(of: reply).map { AnswerWords.brief(secrets.masked($0)) }
    }

    package func decision(on failure: ExchangeFailure, attempt: Int, random: Double) -> AttemptJudge.Decision {
        AttemptJudge(schedule: schedule, attempt: attempt).decision(on: failure, random: random)
    }

    package func decision(on failure: TokenFailure, attempt: Int, at now: Timestamp, random: Double) -> AttemptJudge.Decision {
        AttemptJudge(schedule: schedule, attempt: attempt).decision(on: failure, at: now, random: random)
    }

    /// What an attempt keeps of a request behind its line, credentials masked.
    package func recorded(_ request: OutboundRequest) -> String { request.recorded(masking: secrets) }

    /// What an attempt keeps of a reply.
    package func recorded(_ reply: Reply) -> String {
        guard reply.body.count > Reply.keepLimit else { return secrets.masked(reply.text) }
        // Masked before it is cut, as half of a secret is not found.
        var reply = reply
        reply.body = secrets.masked(reply.body)
        return secrets.masked(reply.text)
    }
}
