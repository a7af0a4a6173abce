import Synchronization

/// How long good senders waited for an acknowledgement, tries included, by the run's stage.
final class Latencies: Sendable {
    enum Stage: Sendable {
        case warmUp, quiet, strangers, after

        static let measured = [quiet, strangers, after]

        var text: String {
            switch self {
            case .warmUp: "warming up"
            case .quiet: "quiet"
            case .strangers: "with strangers"
            case .after: "afterwards"
            }
        }
    }

    struct Summary: Sendable {
        let count: Int
        let median: Duration
        let p99: Duration
        let longest: Duration

        var text: String { "p50 \(median.milliseconds), p99 \(p99.milliseconds), longest \(longest.milliseconds) (\(count) waits)" }
    }

    private struct State {
        var stage = Stage.warmUp
        var waits: [Stage: [Duration]] = [:]
    }
    private let state = Mutex(State())

    var stage: Stage { state.withLock { $0.stage } }
    func enter(_ stage: Stage) { state.withLock { $0.stage = stage } }

    /// Notes one wait. A sender that waits cannot send what was due meanwhile, so each of those counts as well, with what was left of the
    /// wait when it was due: otherwise one long stop of the gateway would look like one slow request.
    ///
    /// - Parameter stage: the stage in which the wait began.
    func note(_ wait: Duration, pace: Duration, in stage: Stage) {
        state.withLock { state in
            var left = wait
            repeat {
                state.waits[stage, default: []].append(left)
                left -= pace
            } while pace > .zero && left > pace
        }
    }

    func summary(of stage: Stage) -> Summary? {
        let waits = state.withLock { $0.waits[stage, default: []] }.sorted()
        guard let longest = waits.last else { return nil }
        return Summary(count: waits.count, median: waits[waits.count / 2], p99: waits[waits.count * 99 / 100], longest: longest)
    }
}

extension Duration {
    /// `12.3 ms`.
    var milliseconds: String {
        let tenths = Int((self / .milliseconds(1) * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) ms"
    }
}
