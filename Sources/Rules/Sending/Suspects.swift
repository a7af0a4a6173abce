import DequeModule
import Mappings

/// Deliveries that failed while others went well: they may be what is wrong, rather than their destination.
///
/// Each is spared once in a run of failures. If it fails twice with no success in between, it counts: the destination may have died since.
struct Suspects: Sendable, Equatable {
    /// Old ones are forgotten, so that the memory is bounded.
    private static let capacity = 4096
    private var known: Set<ConversionID> = []
    private var order = Deque<ConversionID>()
    /// Failed once since the last success.
    private var spared: Set<ConversionID> = []

    var isEmpty: Bool { known.isEmpty }

    /// Whether the failure of this one says nothing about the destination.
    mutating func spare(_ delivery: ConversionID) -> Bool { known.contains(delivery) && spared.insert(delivery).inserted }

    /// - Parameter run: What failed since the last success and counted.
    mutating func wentWell(_ delivery: ConversionID, beside run: Set<ConversionID>) {
        spared.removeAll()
        for failed in run.sorted() where failed != delivery && known.insert(failed).inserted { order.append(failed) }
        while order.count > Self.capacity, let oldest = order.popFirst() { known.remove(oldest) }
        // It stays in the order, which only means that others are forgotten a little earlier.
        known.remove(delivery)
        if known.isEmpty { order.removeAll() }
    }
}
