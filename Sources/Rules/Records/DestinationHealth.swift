import Mappings

/// How one destination does, in one word and a reason: what an operator asks first.
package enum DestinationHealth: Sendable, Equatable {
    case ok
    /// What waits is older than it should be, and nothing else is wrong.
    case slow(since: Timestamp)
    /// It answers, but most of what was sent lately did not arrive.
    case failing(since: Timestamp?, String)
    /// It has failed so often in a row that only probes are sent.
    case down(since: Timestamp?, String)
    case paused(since: Timestamp, String)

    package var word: String {
        switch self {
        case .ok: "ok"
        case .slow: "slow"
        case .failing: "failing"
        case .down: "down"
        case .paused: "paused"
        }
    }

    package var since: Timestamp? {
        switch self {
        case .ok: nil
        case .slow(let since), .paused(let since, _): since
        case .failing(let since, _), .down(let since, _): since
        }
    }

    package var reason: String? {
        switch self {
        case .ok, .slow: nil
        case .failing(_, let reason), .down(_, let reason), .paused(_, let reason): reason.isEmpty ? nil : reason
        }
    }

    /// What has waited so long is late.
    package static let patience: Duration = .seconds(300)

    /// - Parameters:
    ///   - reports: of the processes that serve now.
    ///   - lately: what ended in the last hour; if nothing did, what ended ever.
    ///   - isDryRun: nothing is sent, so what was skipped was recorded as it should be.
    ///   - oldest: when the oldest pending conversion was received.
    package init(
        control: DestinationControl?, reports: [DestinationReport], lately: EndedDeliveries, oldest: Timestamp?, isDryRun: Bool = false,
        now: Timestamp
    ) {
        var lately = lately
        if isDryRun { lately.counts[.skipped] = nil }
        // That a tracker takes no corrections is no failure of it: its mapping says so.
        var judged = lately
        if let skipped = judged.counts[.skipped] { judged.counts[.skipped] = skipped - judged.skippedCorrections }
        if let control {
            self = .paused(since: control.pausedAt, control.reason)
        } else if let report = reports.first(where: { $0.breaker != .closed }) {
            let failures = "\(report.failures.of("failure")) in a row"
            self = .down(since: report.openedAt, report.reason.map { "\(failures): \($0)" } ?? failures)
        } else if judged.failed * 2 > judged.count {
            self = .failing(since: lately.failingSince, lately.sentence)
        } else if let report = reports.first(where: { $0.failures > 1 }) {
            let failures = "\(report.failures.of("failure")) in a row"
            self = .failing(since: nil, report.reason.map { "\(failures): \($0)" } ?? failures)
        } else if let oldest, oldest.duration(to: now) > Self.patience {
            self = .slow(since: oldest)
        } else {
            self = .ok
        }
    }
}

/// The deliveries of one destination that ended within some time.
package struct EndedDeliveries: Sendable, Equatable {
    package var counts: [DeliveryState: Int]
    /// Among those that were skipped.
    package var skippedCorrections = 0
    /// When the first of those that did not arrive ended, without skipped corrections.
    package var failingSince: Timestamp?
    /// When the first of them ended.
    package var first: Timestamp?

    package init(counts: [DeliveryState: Int] = [:], failingSince: Timestamp? = nil, first: Timestamp? = nil) {
        self.counts = counts
        self.failingSince = failingSince
        self.first = first
    }

    /// How long so many will take at the pace of those that ended. Nil until there is a pace: too few ended, or too lately.
    package func time(for waiting: Int, at now: Timestamp) -> Duration? {
        guard waiting > 0, count >= 10, let span = first?.duration(to: now), span >= .seconds(60) else { return nil }
        return .seconds(Int(span.components.seconds) * waiting / count)
    }

    package var count: Int { counts.reduce(0) { $0 + ($1.key == .pending ? 0 : $1.value) } }
    package var failed: Int { counts.reduce(0) { $0 + ($1.key.isFailed ? $1.value : 0) } }

    /// `6 of 9 did not arrive: 5 rejected, 1 dead`.
    var sentence: String {
        let mayHave = counts[.unconfirmed] ?? 0 > 0 ? "did not arrive, or may not have" : "did not arrive"
        return "\(failed) of \(count) \(mayHave): \(text)"
    }

    private var text: String {
        DeliveryState.allCases.filter(\.isFailed).compactMap { state in
            counts[state].flatMap { $0 == 0 ? nil : "\($0) \(state.rawValue)" }
        }.joined(separator: ", ")
    }
}

/// What one source sent.
package struct SourceActivity: Sendable, Equatable {
    package var source: String
    /// Conversions and corrections since the day's midnight.
    package var received = 0
    package var refused = 0
    /// Documented messages that are no conversions.
    package var ignored = 0
    /// When the last one came that was taken, refused or ignored; of those that are still stored.
    package var last: Timestamp

    package init(source: String, received: Int = 0, refused: Int = 0, ignored: Int = 0, last: Timestamp) {
        self.source = source
        self.received = received
        self.refused = refused
        self.ignored = ignored
        self.last = last
    }
}

/// What waits for one destination in one currency. Corrections are not among it: they are worth nothing more.
package struct WaitingAmount: Sendable, Equatable {
    package var destination: String
    package var currency: String?
    package var count: Int
    package var amount: ExactDecimal

    package init(destination: String, currency: String?, count: Int, amount: ExactDecimal) {
        self.destination = destination
        self.currency = currency
        self.count = count
        self.amount = amount
    }
}

/// What a store says of the moment.
package struct StoreStatus: Sendable {
    package var waiting: [WaitingAmount] = []
    /// By destination, of the time asked for.
    package var ended: [String: EndedDeliveries] = [:]
    /// The newest answer of each destination, with the delivery that got it.
    package var answers: [String: AttemptRow] = [:]
    package var sources: [SourceActivity] = []
    /// Of those who proved no credential; nil if nothing of theirs is kept.
    package var strangers: SourceActivity?
    /// What reached no tracker, or is no HTTP.
    package var unrouted: SourceActivity?
    package var waitingCorrections = 0
    /// Those among them whose order another source has.
    package var misplacedCorrections = 0

    package init() {}
}
