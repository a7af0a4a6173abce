import Synchronization

/// Counts the open connections, so that the memory of many goes back to the system when they are gone.
final class OpenConnections: Sendable {
    private let count = Atomic(0)
    private let wereMany = Atomic(false)
    private static let many = 200
    private static let few = 50

    func opened() {
        let now = count.add(1, ordering: .relaxed).newValue
        if now > Self.many, !wereMany.load(ordering: .relaxed) { wereMany.store(true, ordering: .relaxed) }
    }

    func closed() {
        let rest = count.subtract(1, ordering: .relaxed).newValue
        if rest < Self.few, wereMany.load(ordering: .relaxed), wereMany.exchange(false, ordering: .relaxed) { ProcessMemory.giveBack() }
    }
}
