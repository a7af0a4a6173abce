import Mappings

/// What a destination's answers mean: what its configuration says of them, then what its mapping reads in them, then their status.
///
/// Delivered means that the tracker said so. A 2xx that says something else, or nothing that can be read, is unconfirmed.
package struct AnswerRule: Sendable {
    /// Of the destination's `answers:`, in the order in which they are asked.
    package let patterns: [AnswerPattern]
    /// The headers that are looked at, in lower case.
    package let headerNames: [String]
    /// A mapping says what the tracker answers, so that a 2xx which is none of these says nothing.
    package let isDocumented: Bool
    /// The tracker's own answers are HTML pages.
    package let writesPages: Bool

    /// - Parameter headerNames: those that the mapping looks at, in lower case.
    package init(patterns: [AnswerPattern] = [], isDocumented: Bool = false, writesPages: Bool = false, headerNames names: [String] = []) {
        self.patterns = patterns.sorted { $0.outcome.precedence < $1.outcome.precedence }
        headerNames = Array(Set(patterns.flatMap { $0.headers.map(\.name) } + names)).sorted()
        self.isDocumented = isDocumented || patterns.contains { $0.outcome == .delivered }
        self.writesPages = writesPages
    }

    package enum Verdict: Sendable, Equatable {
        case delivered, duplicate, rejected, retry
        /// Why, as the end of `…, as `.
        case unconfirmed(String)
    }

    /// What the configuration says of an answer; nil if it says nothing.
    package func reading(of reply: Reply) -> ReplyReading? {
        if patterns.isEmpty { return nil }
        let content = AnswerContent(of: reply)
        return patterns.first { $0.fits(reply, content) }.map { ReplyReading(outcome: $0.outcome, ground: .configuration) }
    }

    /// - Parameter reading: The configuration's or the mapping's.
    package func verdict(on reply: Reply, reading: ReplyReading?) -> Verdict {
        if let reading, reading.ground == .configuration { return Verdict(reading.outcome) }
        return (200..<300).contains(reply.status) ? success(reply, reading) : failure(reply, reading)
    }

    private func success(_ reply: Reply, _ reading: ReplyReading?) -> Verdict {
        if let damage = reply.damage { return .unconfirmed(damage.reason) }
        guard let reading else {
            if let reason = AnswerDoubt.reason(about: reply) { return .unconfirmed(reason) }
            return isDocumented ? .unconfirmed("it is none of the answers that are documented") : .delivered
        }
        guard reading.ground == .status, reading.outcome == .delivered || reading.outcome == .duplicate,
            let reason = AnswerDoubt.reason(about: reply)
        else { return Verdict(reading.outcome) }
        return .unconfirmed(reason)
    }

    private func failure(_ reply: Reply, _ reading: ReplyReading?) -> Verdict {
        // A challenge before the tracker, or a deployment: the tracker itself has not seen the request.
        if [401, 403, 404, 429].contains(reply.status), reading?.ground ?? .status == .status, !writesPages,
            case .page = AnswerContent(of: reply)
        {
            return .retry
        }
        // Whatever else a tracker means by 429: it asks for another try.
        if reply.status == 429, reply.retryAfter != nil, reading?.ground ?? .status == .status { return .retry }
        if let reading { return Verdict(reading.outcome) }
        switch reply.status {
        case 409: return .duplicate
        case 408, 425, 429: return .retry
        case 300..<500: return .rejected
        default: return .retry
        }
    }
}

extension AnswerRule.Verdict {
    fileprivate init(_ outcome: ReplyReading.Outcome) {
        switch outcome {
        case .delivered: self = .delivered
        case .duplicate: self = .duplicate
        case .rejected: self = .rejected
        case .retry: self = .retry
        case .unconfirmed: self = .unconfirmed("such an answer does not say that the conversion counts")
        }
    }
}

extension ReplyReading.Outcome {
    /// The narrower is asked first: `delivered` is often any 200, and the others are 200s too.
    fileprivate var precedence: Int {
        switch self {
        case .retry: 0
        case .rejected: 1
        case .duplicate: 2
        case .unconfirmed: 3
        case .delivered: 4
        }
    }
}
