import Logging
import Mappings
import NIOCore
import Rules

extension Intake {
    /// Counts a request against its source's rates: nil where it may go on, else the tracker's own words for "too many".
    ///
    /// Whatever the secret proved counts, repeats and refused requests too. A request from an address that is not let in does not: it must
    /// not cost the sender anything.
    func tooMany(_ call: InboundCall, _ admission: Admission, _ source: InboundSource) async -> IntakeReply? {
        if case .failure(let refusal) = admission.outcome, refusal.code == .forbidden { return nil }
        guard let quota = source.quota, case .refused(let excess) = quota.take(admission.secret, at: clock.uptime()) else { return nil }
        if warnings.allows("rate-\(source.name)", at: call.receivedAt) {
            logger.warning(
                "a source sends more than its rate; its requests are sent back",
                metadata: ["source": "\(source.name)", "rate": "\(excess.rate)", "of": excess.isCredential ? "credential" : "source"])
        }
        // The limiter rounds up by a nanosecond, which is no second.
        let wait = max(1, (excess.wait.nanoseconds + 999_990_000) / 1_000_000_000)
        let subject = excess.isCredential ? "this credential may send \(excess.rate)" : "this source may send \(excess.rate)"
        let refusal = Refusal(.rateLimited, "\(subject), which is used up; try again in \(Duration.seconds(wait).text)")
        return await refuse(
            call, admission.match, refusal, from: admission.isProven ? source : nil, retryAfter: wait, isKept: excess.isWorthKeeping)
    }

    /// Says, once a minute at most, that a rotation cannot be ended yet.
    func noteRetiring(_ source: InboundSource, _ call: InboundCall) {
        logger.debug("a request was proven by the second secret", metadata: ["source": "\(source.name)", "request_id": "\(call.id)"])
        guard let count = source.retiring?.used(at: call.receivedAt) else { return }
        logger.info(
            "the second secret of a source is still in use; take it away when this line stays out",
            metadata: ["source": "\(source.name)", "requests": "\(count)"])
    }
}

extension Freshness {
    /// Why a signed request is too old, or from too far ahead, to be believed; nil where its time is right.
    func refusal(of conversion: Conversion) -> Refusal? {
        guard let tolerance else { return nil }
        guard let time = conversion[.occurredAt].time else {
            return Refusal(.unauthorized, "the request has no time; this source's must be within \(tolerance.text) of ours")
        }
        let distance = time.duration(to: conversion.receivedAt)
        if (distance < .zero ? .zero - distance : distance) <= tolerance { return nil }
        let direction = distance < .zero ? "ahead of" : "behind"
        let away = (distance < .zero ? .zero - distance : distance).text
        return Refusal(.unauthorized, "the request's time \(time) is \(away) \(direction) ours; \(tolerance.text) are allowed")
    }
}

extension DuplicateKey {
    /// The signature as a key of its own, where the source remembers signatures: one that was recorded and sent again is a repeat, whatever
    /// else was changed about the request. In lower case, since either is accepted.
    static func signature(of parsed: ParsedRequest, from source: InboundSource) -> DuplicateKey? {
        guard let window = source.freshness?.replayWindow, let plan = source.reader.mapping.signature,
            let given = parsed.value(atFirstOf: plan.places)
        else { return nil }
        let text = plan.encoding.comparable(given)
        return DuplicateKey(scope: .source(source.name), digest: Digest32(sha256: "signature|\(text)"), lifetime: window)
    }
}
