import Logging
import Mappings
import Rules

extension Intake {
    /// Takes a request that changes a conversion, and answers in the tracker's words: `accepted` where it was applied or waits for its conversion,
    /// `duplicate` where it changes nothing.
    func correct(
        _ call: InboundCall, _ match: InboundRoutes.Match, _ source: InboundSource, _ index: Int, isProven: Bool, _ parsed: ParsedRequest
    ) async -> IntakeReply {
        let proven = isProven ? source : nil
        guard let reader = source.updateReaders[index] else { return .error(.notFound, "nothing answers here") }
        var read: CorrectionMessage
        do {
            read = try reader.readCorrection(
                parsed, as: MappingReader.Identity(id: call.id, source: source.name, receivedAt: call.receivedAt))
        } catch {
            return await refuse(call, match, error, from: proven)
        }
        if let refusal = source.freshness?.refusal(of: read.message) { return await refuse(call, match, refusal, from: proven) }
        if secrets.isIn(read.message.document()) { read.message = read.message.masked(by: secrets) }
        let submission = Submission(
            correction: read, request: match.tracker.mask.stored(call.request, peer: call.address.text), from: source, call.request)
        let result: CorrectionResult
        do {
            result = try await store.correct(submission)
        } catch {
            if error.kind != .busy { health.couldNotStore(error, at: call.receivedAt) }
            return storeFailed(call, match.tracker, error)
        }
        health.stored()
        switch result {
        case .applied(let root, let correction):
            logger.info("a conversion was corrected", metadata: ["id": "\(root)", "by": "\(correction)", "source": "\(source.name)"])
            await onCorrected(correction)
            return reply("accepted", to: read.message, about: root, call, match.mapping)
        case .waiting:
            logger.info("a correction waits for its conversion", metadata: ["id": "\(call.id)", "source": "\(source.name)"])
            return reply("accepted", to: read.message, about: call.id, call, match.mapping)
        case .unchanged(let root, let note):
            logger.debug(
                "a correction changed nothing: \(note ?? "it came before")", metadata: ["id": "\(root)", "source": "\(source.name)"])
            return reply("duplicate", to: read.message, about: root, call, match.mapping)
        case .refused(let failure):
            return await refuse(call, match, Refusal([failure]), from: proven)
        case .notFound:
            let sentence = "no conversion with \(keyNames(source, read.message)) was received here, and none can be waited for"
            return await refuse(call, match, Refusal(.notFound, sentence), from: proven)
        case .conflict(let other):
            logger.info("a correction is about another source's conversion", metadata: ["source": "\(source.name)", "holder": "\(other)"])
            let sentence = "\(keyNames(source, read.message)) belongs to a conversion of another source"
            return await refuse(call, match, Refusal(.conflict, sentence), from: proven)
        }
    }
}

extension Submission {
    /// A correction on its way to its conversion. The rule's key says which one; an `Idempotency-Key` only tells messages apart.
    init(correction read: CorrectionMessage, request: StoredRequest, from source: InboundSource, _ wire: WireRequest) {
        let document = read.correction.document()
        var row = ConversionRow(read.message)
        row.document = document
        var content = Digest32(bytes: read.message.contentDigest()).with(String(decoding: document, as: UTF8.self))
        if let key = wire.header("Idempotency-Key"), !key.isEmpty { content = content.with(key) }
        // Where other content is another conversion, a key does not say which: the newest with the order id is meant.
        let key = source.repeats == .new ? nil : DuplicateKey(ruled: read.message, from: source)
        self.init(
            conversion: row, request: request, keys: key.map { [$0] } ?? [], content: content, destinations: [], repeats: source.repeats,
            rule: source.rule)
    }
}
