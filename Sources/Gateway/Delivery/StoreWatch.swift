import Logging
import Synchronization

/// Logs once that the store fails, and once that it works again, however many calls notice.
final class StoreWatch: Sendable {
    private let isFailing = Atomic(false)
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    func failed(_ error: StoreError) {
        guard !isFailing.exchange(true, ordering: .relaxed) else { return }
        logger.error("store failed, deliveries wait: \(error)", metadata: ["kind": "\(error.kind.rawValue)"])
    }

    func worked() {
        guard isFailing.load(ordering: .relaxed), isFailing.exchange(false, ordering: .relaxed) else { return }
        logger.info("store works again")
    }
}
