import DequeModule
import Mappings

/// The deliveries of one destination that this process holds: those that wait in memory, and those under way until their result is stored.
///
/// Bounded: what does not fit stays in the store and comes back by `beginFetch` and `endFetch`, oldest first. While some is left there,
/// new offers are refused too, so that the old are not overtaken for ever. Nothing is held twice.
///
/// What was never tried and what has failed take turns, first come, first served in each: a crowd of deliveries that fail every time delays
/// the others by one of them at most, and is not kept waiting by them either.
package struct ReadyWindow: Sendable {
    package let capacity: Int
    private var untried = Deque<ReadyDelivery>()
    private var failed = Deque<ReadyDelivery>()
    private var isTurnOfFailed = false
    /// Deliveries that go together in one request: parts of what was refused as a whole.
    private var groups = Deque<[ReadyDelivery]>()
    private var grouped = 0
    /// Those that wait to go by themselves.
    private var corrections = 0
    private var held: Set<ConversionID> = []
    /// Something is due that exists only in the store.
    package private(set) var hasOverflowed = false
    package private(set) var isFetching = false
    /// Settled while a fetch ran: the fetch may have read them before their result was stored.
    private var settledMeanwhile: Set<ConversionID> = []
    private var unoffered = UnofferedDeliveries()

    package init(capacity: Int) { self.capacity = max(1, capacity) }

    package var waitingCount: Int { untried.count + failed.count + grouped }
    package var hasGroup: Bool { grouped > 0 }
    /// Taken and not settled.
    package var underWay: Int { held.count - waitingCount }
    /// Few enough wait that the rest should be fetched.
    package var wantsFetch: Bool { hasOverflowed && !isFetching && waitingCount <= capacity / 4 }

    package var hasCorrection: Bool { corrections > 0 }

    private mutating func append(_ delivery: ReadyDelivery) {
        if delivery.isCorrection { corrections += 1 }
        if delivery.attempts == 0 { untried.append(delivery) } else { failed.append(delivery) }
    }

    /// False if it does not fit, is held already or has been made already; the store has it.
    package mutating func offer(_ delivery: ReadyDelivery) -> Bool {
        guard !hasOverflowed, waitingCount < capacity else {
            hasOverflowed = true
            return false
        }
        guard !unoffered.isSettled(delivery.id) else { return false }
        guard held.insert(delivery.id).inserted else {
            unoffered.forget(delivery.id)
            return false
        }
        append(delivery)
        return true
    }

    /// - Parameter asProbe: It finds out whether the destination works, so what has failed least is taken; of those that were never tried,
    ///   the newest, since what came before the destination stopped answering may be why.
    package mutating func take(asProbe: Bool = false) -> ReadyDelivery? {
        let taken = takeAny(asProbe: asProbe)
        if taken?.isCorrection == true { corrections -= 1 }
        return taken
    }

    private mutating func takeAny(asProbe: Bool) -> ReadyDelivery? {
        if asProbe { return untried.popLast() ?? leastFailed() }
        defer { isTurnOfFailed.toggle() }
        return isTurnOfFailed ? failed.popFirst() ?? untried.popFirst() : untried.popFirst() ?? failed.popFirst()
    }

    /// The first correction, before all that waits for others to share a request with.
    package mutating func takeCorrection() -> ReadyDelivery? {
        guard hasCorrection else { return nil }
        corrections -= 1
        if let index = untried.firstIndex(where: \.isCorrection) { return untried.remove(at: index) }
        return failed.firstIndex(where: \.isCorrection).map { failed.remove(at: $0) }
    }

    /// What goes with `first` into one request: those behind it that failed as often or less, and are no corrections.
    package mutating func takeMore(after first: ReadyDelivery, _ limits: BatchLimits) -> [ReadyDelivery] {
        var size = limits.size(after: first.attempts)
        if first.isCorrection || size == 1 { return [] }
        var more: [ReadyDelivery] = []
        let isUntried = first.attempts == 0
        while let next = isUntried ? untried.first : failed.first, !next.isCorrection {
            size = min(size, limits.size(after: next.attempts))
            guard more.count + 1 < size else { break }
            more.append(next)
            if isUntried { untried.removeFirst() } else { failed.removeFirst() }
        }
        return more
    }

    /// Deliveries that were taken, and go again in these groups.
    package mutating func putBack(_ parts: [[ReadyDelivery]]) {
        for part in parts.reversed() where !part.isEmpty {
            groups.prepend(part)
            grouped += part.count
        }
    }

    package mutating func takeGroup() -> [ReadyDelivery]? {
        guard let group = groups.popFirst() else { return nil }
        grouped -= group.count
        return group
    }

    /// Each for itself again.
    package mutating func ungroup() {
        for delivery in groups.joined() { append(delivery) }
        groups.removeAll()
        grouped = 0
    }

    private mutating func leastFailed() -> ReadyDelivery? {
        failed.indices.min { failed[$0].attempts < failed[$1].attempts }.map { failed.remove(at: $0) }
    }

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
        if waitingCount > 0 { hasOverflowed = true }
        for delivery in untried + failed + Deque(groups.joined()) {
            held.remove(delivery.id)
            unoffered.forget(delivery.id)
        }
        untried.removeAll()
        failed.removeAll()
        groups.removeAll()
        (grouped, corrections) = (0, 0)
    }

    /// What to ask the store for; nil if there is no room worth asking for, and the request is remembered.
    package mutating func beginFetch() -> (leavingOut: Set<ConversionID>, limit: Int)? {
        guard !isFetching else { return nil }
        guard waitingCount <= capacity / 2 else {
            hasOverflowed = true
            return nil
        }
        isFetching = true
        hasOverflowed = false
        return (held, capacity - waitingCount)
    }

    /// - Parameter wasFull: The store may have more.
    package mutating func endFetch(_ deliveries: [ReadyDelivery], wasFull: Bool) {
        for delivery in deliveries where !settledMeanwhile.contains(delivery.id) {
            guard waitingCount < capacity else {
                hasOverflowed = true
                break
            }
            guard held.insert(delivery.id).inserted else { continue }
            append(delivery)
            unoffered.read(delivery)
        }
        isFetching = false
        settledMeanwhile.removeAll(keepingCapacity: false)
        if wasFull { hasOverflowed = true }
    }
}
