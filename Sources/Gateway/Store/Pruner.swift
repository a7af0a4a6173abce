import Logging
import Mappings
import Rules
import ServiceLifecycle

/// Prunes what is older or more than the configuration's `retention` allows, portion by portion, for as long as the service runs.
struct Pruner: Service {
    let store: any UpkeepStore
    let limits: RetentionLimits
    var pace = PrunePace()
    let clock: Clock
    let logger: Logger

    /// Time from outside, so that tests need not wait.
    struct Clock: Sendable {
        var now: @Sendable () -> Timestamp
        /// How long a portion took, even if somebody sets the calendar's clock meanwhile.
        var uptime: @Sendable () -> Uptime = { Uptime.now() }
        /// Ends early, by throwing, when the task is cancelled.
        var sleep: @Sendable (Duration) async throws -> Void
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await turn() }
    }

    private func turn() async {
        var sum = PruneReport()
        var isTooLarge = false
        while !Task.isCancelled {
            let start = clock.uptime()
            let pause: Duration
            do throws(StoreError) {
                let report = try await store.prune(limits, at: clock.now())
                sum += report
                pause = pace.pause(after: report, took: clock.uptime() - start)
                if report.isDone {
                    if sum.count > 0 { logger.info("pruned \(sum.text)", metadata: ["used_bytes": "\(report.usedBytes)"]) }
                    isTooLarge = warn(report, before: isTooLarge)
                    sum = PruneReport()
                }
            } catch {
                if error.kind == .closed { return }
                logger.warning("pruning waits: \(error)", metadata: ["kind": "\(error.kind.rawValue)"])
                pause = pace.pause(after: error)
            }
            guard (try? await clock.sleep(pause)) != nil else { return }
        }
    }

    /// Logs once that pruning cannot keep the store below its size.
    private func warn(_ report: PruneReport, before: Bool) -> Bool {
        guard let limit = limits.maxSize, report.usedBytes > limit else { return false }
        if !before {
            logger.warning(
                "the store uses \(report.usedBytes) bytes, more than its max_size of \(limit), and nothing is left that may be pruned; conversions are never pruned, so give it more room"
            )
        }
        return true
    }
}

extension Pruner: CustomStringConvertible {
    var description: String { "pruner" }
}
