import Mappings
import Rules

/// What one request becomes under a configuration, and every request that would go out for it. Nothing is stored or sent.
struct RequestOutcome {
    struct Sent: Equatable {
        var destination: String
        var requests: [SentRequest] = []
        /// Why nothing is sent, or what else is to be said.
        var sentences: [String] = []
    }

    let reading: RequestReading
    private(set) var sent: [Sent] = []
    private(set) var obstacles: [RouteObstacle] = []

    init(of request: WireRequest, from source: String, _ version: Console.Version, now: Timestamp) {
        let configuration = version.configuration
        let id = ConversionID(at: now, random: (0, 0))
        reading = RequestReading(request, from: source, at: now, id: id, by: version.reception)
        guard let conversion = reading.conversion, let names = reading.destinations else { return }
        sent = names.map { Self.sent(conversion, id, to: $0, configuration, now) }
        obstacles = configuration.routes.obstacles(to: conversion, reached: names)
    }

    private static func sent(
        _ conversion: Conversion, _ id: ConversionID, to name: String, _ configuration: Configuration, _ now: Timestamp
    ) -> Sent {
        var sent = Sent(destination: name)
        guard let destination = configuration.destination(name) else { return sent }
        let sending = Sending(destination, routes: configuration.routes)
        switch sending.nextStep(for: conversion, delivery: id, after: nil, at: now) {
        case .send(let request, _): sent.add(request, sending)
        case .recordOnly(let request):
            sent.sentences = ["It would be recorded only: the destination is a dry run."]
            sent.add(request, sending)
        case .lines(let plan):
            for line in 0..<plan.count {
                do throws(Skip) { sent.add(try plan.request(line), sending) } catch {
                    sent.sentences.append("\(plan.name(line)) would be skipped: \(error.reason)")
                }
            }
        case .skip(let reason): sent.sentences = ["It would be skipped: \(reason)"]
        case .tooLate(let reason), .unreadable(let reason): sent.sentences = [reason]
        }
        return sent
    }
}

extension RequestOutcome.Sent {
    fileprivate mutating func add(_ request: OutboundRequest, _ sending: Sending) {
        requests.append(SentRequest(request, to: sending))
        sentences += request.warnings
    }
}
