import Foundation
import Mappings
import Rules
import ServiceLifecycle

/// Looks at the store every few seconds, so that no page of metrics has to.
struct StoreSampler: Service {
    let store: any ReadingStore
    let metrics: GatewayMetrics
    let clock: Pruner.Clock
    let place: StoreLocation

    private static let interval: Duration = .seconds(5)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await look()
                guard (try? await clock.sleep(Self.interval)) != nil else { return }
            }
        }
    }

    /// A look that fails leaves what is known; others say that the store does not answer.
    func look() async {
        guard let deliveries = try? await store.counts(), let oldest = try? await store.oldestPending() else { return }
        let now = clock.now()
        metrics.take(StoreFigures(deliveries: deliveries, bytes: bytes, oldestPending: oldest.mapValues { $0.duration(to: now) }))
    }

    /// Of the store's files; nil if they are a database server's.
    private var bytes: Int? {
        guard case .sqlite(let path) = place else { return nil }
        return ["", "-wal", "-shm"].reduce(0) { sum, ending in
            sum + ((try? FileManager.default.attributesOfItem(atPath: path + ending))?[.size] as? Int ?? 0)
        }
    }
}
