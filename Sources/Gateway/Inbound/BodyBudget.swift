import Synchronization

/// The memory that the bodies of all requests share, from their first big part until the request is answered.
///
/// Nobody takes all of it: those whose credentials are not proven before the body is there share half, and one address has a quarter. One
/// body always fits.
final class BodyBudget: Sendable {
    private let limit: Atomic<Int>
    private let largest: Atomic<Int>
    private let used = Atomic(0)
    private let usedByUnproven = Atomic(0)
    /// Whether there is something to give back to the system.
    private let wasHigh = Atomic(false)
    private static let high = 32 * 1024 * 1024
    private static let low = 4 * 1024 * 1024

    /// - Parameter largest: bytes of one body at most.
    init(limit: Int, largest: Int) {
        self.limit = Atomic(limit)
        self.largest = Atomic(largest)
    }

    func setLimit(_ limit: Int, largest: Int) {
        self.limit.store(limit, ordering: .relaxed)
        self.largest.store(largest, ordering: .relaxed)
    }

    /// Bytes that are reserved now.
    var reserved: Int { used.load(ordering: .relaxed) }

    fileprivate func take(_ bytes: Int, isProven: Bool, _ address: AddressConnections.Address?) -> Bool {
        let limit = limit.load(ordering: .relaxed)
        let largest = largest.load(ordering: .relaxed)
        let now = used.add(bytes, ordering: .relaxed).newValue
        let unproven = isProven ? 0 : usedByUnproven.add(bytes, ordering: .relaxed).newValue
        let own = address?.bodies.add(bytes, ordering: .relaxed).newValue ?? 0
        guard now <= max(limit, largest), unproven <= max(limit / 2, largest), own <= max(limit / 4, largest) else {
            giveBack(bytes, isProven: isProven, address)
            return false
        }
        if now > min(Self.high, limit / 4), !wasHigh.load(ordering: .relaxed) { wasHigh.store(true, ordering: .relaxed) }
        return true
    }

    fileprivate func giveBack(_ bytes: Int, isProven: Bool, _ address: AddressConnections.Address?) {
        let rest = used.subtract(bytes, ordering: .relaxed).newValue
        if !isProven { usedByUnproven.subtract(bytes, ordering: .relaxed) }
        address?.bodies.subtract(bytes, ordering: .relaxed)
        if rest < Self.low, wasHigh.load(ordering: .relaxed), wasHigh.exchange(false, ordering: .relaxed) { ProcessMemory.giveBack() }
    }
}

/// One body's part of the budget. It is given back once, when nobody has the request any more: it was answered, or its connection is gone.
final class BodyReservation: Sendable {
    private let budget: BodyBudget
    private let address: AddressConnections.Address?
    private let isProven: Bool
    private let bytes = Atomic(0)

    /// - Parameter address: nil for a trusted proxy's.
    init(_ budget: BodyBudget, isProven: Bool, _ address: AddressConnections.Address?) {
        self.budget = budget
        self.isProven = isProven
        self.address = address
    }

    /// Asks for so many bytes in all. One caller at a time.
    ///
    /// - Returns: false if there is no room, and nothing has changed.
    func grow(to size: Int) -> Bool {
        let more = size - bytes.load(ordering: .relaxed)
        guard more > 0 else { return true }
        guard budget.take(more, isProven: isProven, address) else { return false }
        bytes.store(size, ordering: .relaxed)
        return true
    }

    deinit { budget.giveBack(bytes.load(ordering: .relaxed), isProven: isProven, address) }
}
