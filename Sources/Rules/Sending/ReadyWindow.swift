import DequeModule
import Mappings

/// The deliveries of one destination that this process holds: those that wait in memory, and those under way until their result is stored.
///
/// Bounded: what does not fit stays in the store and comes back by `beginFetch` and `endFetch`, oldest first. While some is left there,
/// new offers are refused too, so that the old are not overtaken for ever. Nothing is held twice.
package struct ReadyWindow: Sendable {
    package let capacity: Int
    private var waiting = Deque<ReadyDelivery>()
    private var held: Set<ConversionID> = []
    /// Something is due that exists only in the store.
    package private(set) var hasOverflowed = false
    package private(set) var isFetching = false
    /// Settled while a fetch ran: the fetch may have read them before their result was stored.
    private var settledMeanwhile: Set<ConversionID> = []
    private var unoffered = UnofferedDeliveries()

    package init(capacity: Int) { self.capacity = max(1, capacity) }

    package var waitingCount: Int { waiting.count }
    /// Taken and not settled.
    package var underWay: Int { held.count - waiting.count }
    /// Few enough wait that the rest should be fetched.
    package var wantsFetch: Bool { hasOverflowed && !isFetching && waiting.count <= capacity / 4 }

    /// False if it does not fit, is held already or has been made already; the store has it.
    package mutating func offer(_ delivery: ReadyDelivery) -> Bool {
        guard !hasOverflowed, waiting.count < capacity else {
            hasOverflowed = true
            return false
        }
        guard !unoffered.isSettled(delivery.id) else { return false }
        guard held.insert(delivery.id).inserted else {
            unoffered.forget(delivery.id)
            return false
        }
        waiting.append(delivery)
        return true
    }

    package mutating func take() -> ReadyDelivery? { waiting.popFirst() }

    /// Removes a delivery whose result is stored.
    package mutating func settle(_ id: ConversionID) {
        held.remove(id)
        if isFetching { settledMeanwhile.insert(id) }
        unoffered.settle(id)
    }

    /// Removes a delivery that was taken and not tried; it is still in the store.
    package mutating func giveBack(_ id: ConversionID) {
        held.remove(id)
        unoffered.forget(id)
        hasOverflowed = true
    }

    /// Leaves what waits to the store.
    package mutating func dropWaiting() {
        for delivery in waiting {
            held.remove(delivery.id)
            unoffered.forget(delivery.id)
        }
        if !waiting.isEmpty { hasOverflowed = true }
        waiting.removeAll()
    }

    /// What to ask the store for; nil if there is no room worth asking for, and the request is remembered.
    package mutating func beginFetch() -> (leavingOut: Set<ConversionID>, limit: Int)? {
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
    package mutating func endFetch(_ deliveries: [ReadyDelivery], wasFull: Bool) {
        for delivery in deliveries where !settledMeanwhile.contains(delivery.id) {
            guard waiting.count < capacity else {
                hasOverflowed = true
                break
            }
            guard held.insert(delivery.id).inserted else { continue }
            waiting.append(delivery)
            unoffered.read(delivery)
        }
        isFetching = false
        settledMeanwhile.removeAll(keepingCapacity: false)
        if wasFull { hasOverflowed = true }
    }
}
