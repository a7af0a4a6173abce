import Logging
import Mappings
import Rules

/// What is logged of requests that the store took.
extension Intake {
    func note(_ acceptance: Acceptance, _ source: String) {
        if let outcome = acceptance.outcome { metrics.source(source).count(outcome) }
        switch acceptance {
        case .stored: break
        case .secondTry(let first):
            logger.info(
                "a proxy tried a request again that was stored at its first try; it counts once",
                metadata: ["id": "\(first)", "source": "\(source)"])
        case .duplicate(let first, let sameContent):
            logger.debug("a conversion was sent again", metadata: ["id": "\(first)", "source": "\(source)", "same": "\(sameContent)"])
        case .corrected(let first, let correction):
            logger.debug("a conversion was corrected", metadata: ["id": "\(first)", "by": "\(correction)", "source": "\(source)"])
        case .refused: break
        case .conflict(let other):
            logger.info("a conversion's key belongs to another source", metadata: ["source": "\(source)", "holder": "\(other)"])
        }
    }

    func note(_ result: CorrectionResult, _ id: ConversionID, _ source: String) {
        if let outcome = result.outcome { metrics.source(source).count(outcome) }
        switch result {
        case .applied(let root, let correction):
            logger.info("a conversion was corrected", metadata: ["id": "\(root)", "by": "\(correction)", "source": "\(source)"])
        case .waiting: logger.info("a correction waits for its conversion", metadata: ["id": "\(id)", "source": "\(source)"])
        case .unchanged(let root, let note):
            logger.debug("a correction changed nothing: \(note ?? "it came before")", metadata: ["id": "\(root)", "source": "\(source)"])
        case .refused, .notFound, .tooManyWait: break
        case .conflict(let other):
            logger.info("a correction is about another source's conversion", metadata: ["source": "\(source)", "holder": "\(other)"])
        }
    }

    /// Reports, once a minute at most, that a source's corrections wait for conversions that came through another source.
    func noteElsewhere(_ correction: ConversionRow) async {
        guard let elsewhere = try? await store.elsewhere(orderID: correction.orderID, of: correction.source),
            warnings.allows("elsewhere \(correction.source)", at: correction.receivedAt)
        else { return }
        logger.warning(
            "a correction waits, and another source has its order: \(elsewhere.sentence().printable)",
            metadata: [
                "id": "\(correction.id)", "source": "\(correction.source)", "holders": "\(elsewhere.holders.joined(separator: ","))",
            ])
    }

    /// Reports, once a minute at most, that conversions of a source go to no destination.
    func noteNoRoute(_ source: String, at time: Timestamp) {
        guard let count = senders[source]?.sentNowhere(at: time) else { return }
        logger.warning(
            "conversions that no route takes were stored and sent to no destination; see 'routes:' of the configuration",
            metadata: ["source": "\(source)", "conversions": "\(count)"])
    }

    /// Counts a conversion that was stored, and reports how an odd request was read: once a minute at most for each source, and each one
    /// to those who debug.
    func noteStored(_ conversion: Conversion) {
        metrics.source(conversion.source).count(accepted: conversion)
        guard !conversion.warnings.isEmpty else { return }
        let level: Logger.Level = warnings.allows("odd \(conversion.source)", at: conversion.receivedAt) ? .warning : .debug
        logger.log(
            level: level, "a conversion was read with warnings: \(conversion.warnings.prefix(5).joined(separator: "; ").printable)",
            metadata: ["id": "\(conversion.id)", "source": "\(conversion.source)", "warnings": "\(conversion.warnings.count)"])
    }
}

extension Acceptance {
    /// What is counted; nil if that is counted elsewhere.
    fileprivate var outcome: IntakeMetrics.Outcome? {
        switch self {
        case .duplicate, .secondTry: .duplicate
        case .corrected: .corrected
        case .stored, .refused, .conflict: nil
        }
    }
}

extension CorrectionResult {
    /// What is counted; nil if that is counted elsewhere.
    fileprivate var outcome: IntakeMetrics.Outcome? {
        switch self {
        case .applied: .corrected
        case .unchanged: .unchanged
        case .waiting: .waiting
        case .refused, .notFound, .conflict, .tooManyWait: nil
        }
    }
}
