import Mappings
import Rules

extension Destination {
    /// A configured destination with what its routes change on the way.
    ///
    /// Rendering happens at each attempt, so a corrected mapping or route heals what waits.
    init(_ configuration: DestinationConfiguration, routes: [Route]) {
        let name = configuration.name
        let secrets = SecretFinder(configuration.secrets)
        self.init(
            name: name,
            concurrency: configuration.concurrency,
            rate: configuration.rate,
            breaker: configuration.breaker,
            isDryRun: configuration.isDryRun,
            maxAge: configuration.maxAge,
            timeout: configuration.timeout,
            schedule: configuration.retries.map { RetrySchedule(delays: $0) } ?? RetrySchedule(),
            egress: configuration.egress,
            render: { conversion, predecessor in
                do throws(Skip) {
                    let told = try routes.conversion(conversion, for: name).correctionOrConversion(for: name, after: predecessor)
                    return .request(try configuration.write(told))
                } catch {
                    return .skipped(reason: error.reason)
                }
            },
            read: { status, body, update in configuration.interpret(status: status, body: body, update: update) },
            record: { $0.recorded(masking: secrets) },
            mask: { secrets.masked($0) }
        )
    }
}

extension DestinationConfiguration {
    /// The request that tells this destination of a conversion, or why there is none.
    func write(_ conversion: Conversion) throws(Skip) -> OutboundRequest {
        switch target {
        case .tracker(let writer): return try writer.write(conversion)
        case .postback(let url):
            var request = try url.write(conversion, exponents: exponents)
            if let shown { request.maskedURL = (try? shown.url.write(conversion, exponents: exponents))?.url ?? "***" }
            return request
        }
    }

    func interpret(status: Int, body: [UInt8], update: String? = nil) -> ReplyReading? {
        guard case .tracker(let writer) = target else { return nil }
        return writer.interpret(status: status, body: body, update: update)
    }
}
