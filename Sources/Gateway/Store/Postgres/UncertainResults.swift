import Rules
import Synchronization

/// Deliveries whose results could not be written: some of them may be stored all the same, and no attempt may be logged twice.
final class UncertainResults: Sendable {
    private let deliveries = Mutex<Set<DeliveryID>>([])

    /// - Parameter write: gets whether one of the results may be stored already.
    func guarding<Value, Failure: Error>(
        _ results: [AttemptResult], _ write: (_ wasTried: Bool) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        let wasTried = deliveries.withLock { deliveries in
            !deliveries.isEmpty && results.contains { deliveries.contains($0.delivery) }
        }
        do throws(Failure) {
            let value = try write(wasTried)
            if wasTried { deliveries.withLock { $0.subtract(results.map(\.delivery)) } }
            return value
        } catch {
            deliveries.withLock { $0.formUnion(results.map(\.delivery)) }
            throw error
        }
    }
}
