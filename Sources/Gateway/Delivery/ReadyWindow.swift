import Mappings
import NIOCore

/// The deliveries of one destination that this process holds: those that wait in memory, and those under way until their result is stored.
///
/// Bounded: what does not fit stays in the store and comes back by `beginFetch` and `endFetch`, oldest first. While some is left there,
/// new offers are turned away too, so that the old are not overtaken for ever. Nothing is held twice.
struct ReadyWindow: Sendable {
    let capacity: Int
    private var waiting = CircularBuffer<ReadyDelivery>()
    private var held: Set<ConversionID> = []
    /// Something is due that exists only in the store.
    private(set) var hasOverflowed = false
    private(set) var isFetching = false
    /// Settled while a fetch ran: the fetch may have read them before their result was stored.
    private var settledMeanwhile: Set<ConversionID> = []

    init(capacity: Int) { self.capacity = max(1, capacity) }

    var waitingCount: Int { waiting.count }
    /// Taken and not settled.
    var underWay: Int { held.count - waiting.count }
    /// Few enough wait that the rest should be fetched.
    var wantsFetch: Bool { hasOverflowed && !isFetching && waiting.count <= capacity / 4 }

    /// False where it does not fit; the store has it.
    mutating func offer(_ delivery: ReadyDelivery) -> Bool {
        guard !hasOverflowed, waiting.count < capacity else {
            hasOverflowed = true
            return false
        }
        guard held.insert(delivery.id).inserted else { return false }
        waiting.append(delivery)
        return true
    }

    mutating func take() -> ReadyDelivery? { waiting.popFirst() }

    /// Lets go of a delivery whose result is stored.
    mutating func settle(_ id: ConversionID) {
        held.remove(id)
        if isFetching { settledMeanwhile.insert(id) }
    }

    /// Lets go of a delivery that was taken and not tried; it is in the store still.
    mutating func giveBack(_ id: ConversionID) {
        held.remove(id)
        hasOverflowed = true
    }

    /// Leaves what waits to the store.
    mutating func dropWaiting() {
        for delivery in waiting { held.remove(delivery.id) }
        if !waiting.isEmpty { hasOverflowed = true }
        waiting.removeAll()
    }

    /// What to ask the store for; nil where there is no room worth asking for, and the request is remembered.
    mutating func beginFetch() -> (leavingOut: Set<ConversionID>, limit: Int)? {
        guard !isFetching else { return nil }
        guard waiting.count <= capacity / 2 else {
            hasOverflowed = true
            return nil
        }
        isFetching = true
        hasOverflowed = false
        return (held, capacity - waiting.count)
    }

    /// - Parameter wasFull: The store may have more.
    mutating func endFetch(_ deliveries: [ReadyDelivery], wasFull: Bool) {
        for delivery in deliveries where !settledMeanwhile.contains(delivery.id) {
            guard waiting.count < capacity else {
                hasOverflowed = true
                break
            }
            if held.insert(delivery.id).inserted { waiting.append(delivery) }
        }
        isFetching = false
        settledMeanwhile.removeAll(keepingCapacity: false)
        if wasFull { hasOverflowed = true }
    }
}
