import Mappings

extension Sending {
    /// A configured destination with what the routes change on the way there.
    package init(_ configuration: DestinationConfiguration, routes: [Route]) {
        self.init(name: configuration.name) { conversion, now throws(Skip) in try configuration.write(conversion, at: now) }
        concurrency = configuration.concurrency
        rate = configuration.rate
        breaker = configuration.breaker
        isDryRun = configuration.isDryRun
        maxAge = configuration.maxAge
        timeout = configuration.timeout
        schedule = RetrySchedule(delays: configuration.retries ?? RetrySchedule.standard, longestRequest: configuration.retryAfterMax)
        way = configuration.way
        secrets = SecretFinder(configuration.secrets)
        token = configuration.token
        if case .tracker(let writer) = configuration.target {
            if writer.writesLines { lines = { writer.requestCount(of: $0) } }
            batch = writer.mapping.request.batch
            if writer.mapping.eachAnswer != nil { readEach = { writer.mapping.answers(toEach: $1, in: $0) } }
        }
        self.routes = routes
        answers = configuration.answers
        read = { reply, update in configuration.read(reply, update: update) }
    }
}

extension DestinationConfiguration {
    fileprivate var way: [String] {
        let egress = allowNetworks.map { "\($0)" } + (authorities ?? []).map { "\($0.hashValue)" } + [timeout.text]
        switch target {
        case .tracker(let writer):
            let values = writer.credentials.map { "\($0)=\($1)" } + writer.settings.map { "\($0)=\($1)" }
            return [writer.url] + values.sorted() + egress
        case .postback(let url): return url.texts + egress
        }
    }

    /// The request for a conversion that the routes have changed already, or why there is none.
    ///
    /// - Parameter now: the time of the attempt, which a mapping may write or sign.
    package func write(_ conversion: Conversion, at now: Timestamp) throws(Skip) -> OutboundRequest {
        switch target {
        case .tracker(let writer): return try writer.write(conversion, at: now)
        case .postback(let url):
            var request = try url.write(conversion, exponents: exponents, surplus: surplus)
            if let shown {
                request.maskedURL = (try? shown.url.write(conversion, exponents: exponents, surplus: surplus))?.url ?? "***"
            }
            return request
        }
    }

    package func read(_ reply: Reply, update: String?) -> ReplyReading? {
        guard case .tracker(let writer) = target else { return nil }
        let status = reply.status
        if let reading = writer.interpret(status: status, headers: reply.headers, body: reply.body, update: update) { return reading }
        // A 409 that is documented as something else is not a duplicate, even if its body is another.
        return status == 409 && writer.documents(status: 409, update: update) ? ReplyReading(outcome: .rejected, ground: .status) : nil
    }
}
