import Mappings

/// What becomes of an admitted request, before the store decides.
package enum Judgement: Sendable {
    case refused(Refusal)
    /// The tracker's documented list of what this source has sent.
    case list(limit: Int, offset: Int)
    /// For `accept`.
    case conversion(Conversion, Submission)
    /// For `correct`. The conversion is the message as it was sent, for replies.
    case correction(CorrectionMessage, Submission)
    /// A documented message that is no conversion.
    ///
    /// - Parameter reason: of the mapping, for people.
    case ignored(reason: String)
}

/// What a judge did on the way to its judgement, for people.
package struct JudgeNotes: Sendable {
    /// Where each field came from, by canonical name.
    package var origins: [String: String] = [:]
    /// What a later request must share to be the same conversion, or what says which conversion a correction is about. Empty if nothing does.
    package var key = ""

    package init() {}
}

extension Reception {
    package func judge(_ arrival: Arrival, _ admission: Admission) -> Judgement {
        var notes: JudgeNotes?
        return judge(arrival, admission, notes: &notes)
    }

    /// - Parameter notes: nothing is noted if it is nil.
    package func judge(_ arrival: Arrival, _ admission: Admission, notes: inout JudgeNotes?) -> Judgement {
        do throws(Refusal) {
            let parsed = try admission.outcome.get()
            guard let source = admission.source else { throw Refusal(.failed, "no source was found for this request") }
            switch admission.match.endpoint {
            case .message(.conversion): return try conversion(arrival, admission.match, source, source.reader, parsed, &notes)
            case .message(.message(let index)): return try message(arrival, admission.match, source, index, parsed, &notes)
            case .list: return try list(arrival.request, admission.match.mapping)
            case .message(.ignored(let index)): return .ignored(reason: admission.match.mapping.ignores[index].reason)
            case .message(.unknown): throw admission.match.mapping.unknownKind
            }
        } catch {
            return .refused(error)
        }
    }

    private func message(
        _ arrival: Arrival, _ match: PathTable.Match, _ source: ReceivingSource, _ index: Int, _ parsed: ParsedRequest,
        _ notes: inout JudgeNotes?
    ) throws(Refusal) -> Judgement {
        guard let reader = source.messageReaders[index] else { throw Refusal(.notFound, "nothing answers here") }
        if reader.mapping.isCorrection { return try correction(arrival, match, source, reader, parsed, &notes) }
        return try conversion(arrival, match, source, reader, parsed, &notes)
    }

    private func conversion(
        _ arrival: Arrival, _ match: PathTable.Match, _ source: ReceivingSource, _ reader: MappingReader, _ parsed: ParsedRequest,
        _ notes: inout JudgeNotes?
    ) throws(Refusal) -> Judgement {
        let identity = MappingReader.Identity(id: arrival.id, source: source.name, receivedAt: arrival.receivedAt)
        var origins = notes?.origins
        var conversion = try reader.read(parsed, as: identity, origins: &origins)
        conversion.warnings += [match.warning, arrival.note].compactMap { $0 }
        if let refusal = source.freshness?.refusal(of: conversion, parsed, by: source.signature, arrivedAt: arrival.arrivedAt) {
            throw refusal
        }
        if parsed.isLossy, let refusal = source.orders.refusal(ofLost: conversion) { throw refusal }
        let keys = RequestKeys(of: &conversion, from: source, parsed, requestID: arrival.requestID, length: longestIdempotencyKey)
        if notes != nil { notes?.key = keys.described(conversion, from: source) }
        // What the sender sent, to know it again: our own doubts are no part of it.
        let sent = source.review.flatMap { $0.flag(&conversion) }
        if sent != nil {
            origins?["status"] = "the source's review"
            origins?["reason"] = "the source's review"
        }
        if let origins { notes?.origins = origins }
        let way = routes.way(of: conversion)
        if routesMayFail { conversion.warnings += routes.warnings(of: conversion) }
        // Before anything is blotted out, so that nobody finds out secrets by what counts as the same.
        let (document, content) = conversion.documentAndDigest()
        let digest = sent?.contentDigest() ?? content
        var row = ConversionRow(conversion, document: document)
        if secrets.isIn(row.document) {
            conversion = conversion.masked(by: secrets, shown: source.secretFinder)
            row = ConversionRow(conversion)
        }
        let submission = Submission(
            conversion: row, request: match.tracker.mask.stored(arrival.request, peer: arrival.peer), keys: keys,
            content: Digest32(bytes: digest), way: way, from: source)
        return .conversion(conversion, submission)
    }

    private func correction(
        _ arrival: Arrival, _ match: PathTable.Match, _ source: ReceivingSource, _ reader: MappingReader, _ parsed: ParsedRequest,
        _ notes: inout JudgeNotes?
    ) throws(Refusal) -> Judgement {
        let identity = MappingReader.Identity(id: arrival.id, source: source.name, receivedAt: arrival.receivedAt)
        var read = try reader.readCorrection(parsed, as: identity)
        if let refusal = source.freshness?.refusal(of: read.message, parsed, by: source.signature, arrivedAt: arrival.arrivedAt) {
            throw refusal
        }
        if parsed.isLossy, let refusal = source.orders.refusal(ofLost: read.message) { throw refusal }
        read.message.warnings += [match.warning, arrival.note].compactMap { $0 }
        if notes != nil { notes?.key = source.described(correction: read.message) }
        if source.isSigned, parsed.request.header("Idempotency-Key")?.isEmpty == false {
            read.message.warnings.append(RequestKeys.unsigned)
        }
        if secrets.isIn(read.message.document()) { read.message = read.message.masked(by: secrets, shown: source.secretFinder) }
        let stored = match.tracker.mask.stored(arrival.request, peer: arrival.peer)
        return .correction(read, Submission(correction: read, request: stored, from: source, parsed))
    }

    private func list(_ request: WireRequest, _ mapping: Mapping) throws(Refusal) -> Judgement {
        guard let plan = mapping.list else { throw Refusal(.notFound, "\(mapping.tracker) has no list") }
        let query = Parameters(decoding: request.query)
        let limit = try number("limit", in: query, from: 1) ?? plan.initialLimit
        return .list(limit: min(limit, plan.maximumLimit), offset: try number("offset", in: query, from: 0) ?? 0)
    }

    private func number(_ name: String, in query: Parameters, from minimum: Int) throws(Refusal) -> Int? {
        guard let text = query[name], !text.isBlank else { return nil }
        guard text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text), number >= minimum else {
            throw Refusal(.invalid, field: name, "\(name) must be a whole number from \(minimum), found \(text.quotedBriefly)")
        }
        return number
    }
}
