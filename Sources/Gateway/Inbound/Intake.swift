import Logging
import Mappings
import Rules

/// Takes a sender's request and answers in the tracker's own words, after the conversion is stored.
///
/// The way of a request: its path tells the tracker, its credentials the source, the mapping the conversion, the store whether it is new. The
/// reply follows the commit. What is turned away is kept too, without credentials. Knows nothing of sockets: `InboundServer` does.
final class Intake: Sendable {
    struct Limits: Sendable {
        /// Requests in processing; more are told to come back.
        var requests = 10_000
        /// Characters of an `Idempotency-Key`.
        var idempotencyKey = 255
    }

    let store: any IntakeStore
    let clock: IntakeClock
    let limits: Limits
    let logger: Logger
    let warnings: WarningPace
    private let inboundRoutes: InboundRoutes
    private let routes: [Route]
    private let trustedProxies: [IPNetwork]
    let health: HealthProbe
    private let occupancy: Occupancy
    /// Blotted out of conversions. Only what is long enough not to disfigure an identifier, and no public keys.
    let secrets: SecretFinder
    private let onAccepted: @Sendable (Conversion, [String]) -> Void
    let onCorrected: @Sendable (ConversionID) async -> Void

    /// - Parameters:
    ///   - sources: in the order of the file: where several could have sent a request, the first counts.
    ///   - others: secrets beside those of the sources, which must not be stored either.
    ///   - predecessor: the intake that this one takes over from: what it has counted and noticed goes on.
    ///   - workersProblem: for `/readyz`: why deliveries do not move, nil where they do.
    ///   - onAccepted: called after the commit of a new conversion and before the reply; must not block.
    ///   - onCorrected: the same for a correction, by its own id.
    init(
        sources: [SourceConfiguration], routes: [Route], trustedProxies: [IPNetwork], secrets others: [String] = [],
        store: any IntakeStore, clock: IntakeClock, limits: Limits = Limits(), logger: Logger,
        after predecessor: Intake? = nil, workersProblem: @escaping @Sendable () -> String? = { nil },
        onAccepted: @escaping @Sendable (Conversion, [String]) -> Void,
        onCorrected: @escaping @Sendable (ConversionID) async -> Void = { _ in }
    ) {
        self.store = store
        self.clock = clock
        self.limits = limits
        self.logger = logger
        self.routes = routes
        self.trustedProxies = trustedProxies
        self.onAccepted = onAccepted
        self.onCorrected = onCorrected
        health = predecessor?.health ?? HealthProbe(store: store, now: clock.now, workersProblem: workersProblem)
        occupancy = predecessor?.occupancy ?? Occupancy(limit: limits.requests)
        warnings = predecessor?.warnings ?? WarningPace(every: .seconds(60))
        let known = Dictionary(
            (predecessor?.inboundRoutes.trackers ?? []).flatMap(\.sources).map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        secrets = SecretFinder(sources.flatMap(\.provingSecrets) + others, minimumLength: 8)
        let secrets = SecretFinder(sources.flatMap(\.secrets) + others)
        var names: [String] = []
        for source in sources where !names.contains(source.mapping.name) { names.append(source.mapping.name) }
        inboundRoutes = InboundRoutes(
            names.compactMap { name in
                let own = sources.filter { $0.mapping.name == name }
                return own.first.map {
                    let sources = own.map { InboundSource($0, routes: routes, after: known[$0.name]) }
                    return InboundTracker($0.mapping, sources: sources, secrets: secrets)
                }
            })
    }

    /// - Parameters:
    ///   - peer: the address of the socket's other end.
    ///   - fault: why the body could not be taken in, such as its size; `request` is then without it.
    func respond(to request: WireRequest, peer: String, fault: Refusal? = nil) async -> IntakeReply {
        if let reply = await health.reply(to: request) { return reply }
        let matches = inboundRoutes.matches(request.path)
        guard !matches.isEmpty else { return .error(.notFound, "nothing answers at \(request.path.quotedBriefly)") }
        guard let first = matches.first(where: { $0.takes(request.method) }) else { return refuseMethod(request, matches) }
        let now = clock.now()
        let call = InboundCall(id: clock.id(at: now), receivedAt: now, request: request, address: address(of: request, peer))
        guard occupancy.enter() else {
            return overloaded(call, first.tracker, "too many requests are under way; try again in a moment", retryAfter: 1)
        }
        defer { occupancy.leave() }
        let admission = admit(call, matches, first, fault: fault)
        if let source = admission.source {
            if admission.secret == .second { noteRetiring(source, call) }
            if source.quota != nil, let reply = await tooMany(call, admission, source) { return reply }
        }
        switch admission.outcome {
        case .failure(let refusal):
            return await refuse(call, admission.match, refusal, from: admission.isProven ? admission.source : nil)
        case .success(let parsed):
            guard let source = admission.source else { return .error(.failed, "no source was found for this request") }
            if !admission.isProven { warnOfOpenDoor(source, call) }
            switch admission.match.endpoint {
            case .conversions: break
            case .list: return await list(call, admission.match.tracker, source)
            case .update(let index): return await correct(call, admission.match, source, index, isProven: admission.isProven, parsed)
            }
            return await receive(call, admission.match, source, isProven: admission.isProven, parsed)
        }
    }

    private func receive(
        _ call: InboundCall, _ match: InboundRoutes.Match, _ source: InboundSource, isProven: Bool, _ parsed: ParsedRequest
    ) async -> IntakeReply {
        let proven = isProven ? source : nil
        var conversion: Conversion
        do {
            conversion = try source.reader.read(
                parsed, as: MappingReader.Identity(id: call.id, source: source.name, receivedAt: call.receivedAt))
        } catch {
            return await refuse(call, match, error, from: proven)
        }
        if let refusal = source.freshness?.refusal(of: conversion) { return await refuse(call, match, refusal, from: proven) }
        var keys = RequestKeys(of: &conversion, from: source, call.request, length: limits.idempotencyKey)
        if let key = DuplicateKey.signature(of: parsed, from: source) { keys.keys.append(key) }
        // What the sender said, to know it again: our own doubts are no part of it.
        var said = source.review.flatMap { $0.flag(&conversion) }
        let destinations = routes.destinations(of: conversion)
        var row = ConversionRow(conversion)
        if secrets.isIn(row.document) {
            conversion = conversion.masked(by: secrets)
            said = said?.masked(by: secrets)
            row = ConversionRow(conversion)
        }
        // Not `said ?? conversion`, which would copy every field of either.
        let digest = if let said { said.contentDigest() } else { conversion.contentDigest() }
        let submission = Submission(
            conversion: row, request: match.tracker.mask.stored(call.request, peer: call.address.text), keys: keys,
            content: Digest32(bytes: digest), destinations: destinations, from: source)
        let acceptance: Acceptance
        do {
            acceptance = try await store.accept(submission)
            FaultPoint.afterCommit.reached()
        } catch {
            if error.kind != .busy { health.couldNotStore(error, at: call.receivedAt) }
            return storeFailed(call, match.tracker, error)
        }
        health.stored()
        switch acceptance {
        case .stored:
            onAccepted(conversion, destinations)
            let isHeld = match.tracker.answersReview && conversion.text(.status) == "pending_review"
            return reply(isHeld ? "review" : "accepted", to: conversion, about: call.id, call, match.mapping)
        case .duplicate(let first, let sameContent):
            logger.debug("a conversion was sent again", metadata: ["id": "\(first)", "source": "\(source.name)", "same": "\(sameContent)"])
            return reply("duplicate", to: conversion, about: first, call, match.mapping)
        case .corrected(let first, let correction):
            logger.debug("a conversion was corrected", metadata: ["id": "\(first)", "by": "\(correction)", "source": "\(source.name)"])
            await onCorrected(correction)
            return reply("duplicate", to: conversion, about: first, call, match.mapping)
        case .conflict(let other):
            let sentence = "\(keyNames(source, conversion)) belongs to a conversion of another source"
            logger.info("a conversion's key belongs to another source", metadata: ["source": "\(source.name)", "holder": "\(other)"])
            return await refuse(call, match, Refusal(.conflict, sentence), from: proven)
        }
    }

    func reply(_ name: String, to conversion: Conversion, about id: ConversionID, _ call: InboundCall, _ mapping: Mapping) -> IntakeReply {
        var variables = ReplyVariables()
        variables.id = id.description
        variables.requestID = variables.id
        variables.now = call.receivedAt
        return IntakeReply(mapping.reply(name, to: conversion, variables))
    }

    private func address(of request: WireRequest, _ peer: String) -> InboundCall.Address {
        guard let address = IPAddress(peer) else { return InboundCall.Address(text: peer, value: nil) }
        guard !trustedProxies.isEmpty else { return InboundCall.Address(text: peer, value: address) }
        let forwardedFor = request.headers.filter { $0.name.isEqualIgnoringCase("X-Forwarded-For") }.map(\.value)
        let client = ClientAddress.resolve(peer: address, forwardedFor: forwardedFor, trustedProxies: trustedProxies)
        return InboundCall.Address(text: client == address ? peer : client.description, value: client)
    }

    private func warnOfOpenDoor(_ source: InboundSource, _ call: InboundCall) {
        guard !source.openCredentials.isEmpty, warnings.allows(source.name, at: call.receivedAt) else { return }
        let names = source.openCredentials.joined(separator: ", ")
        logger.warning(
            "requests are accepted without \(names), which is deprecated; set it under 'credentials:' of the source",
            metadata: ["source": "\(source.name)"])
    }
}
