/// How the numbers of deliveries change, by destination and state, while a batch is written.
package struct CountChanges<Destination: Hashable & Comparable & Sendable>: Sendable {
    private struct Key: Hashable {
        var destination: Destination
        var state: DeliveryState
    }
    private var changes: [Key: Int64] = [:]
    /// Corrections that the batch has applied.
    package var steps = 0

    package init() {}

    // Across targets a generic function asks the runtime for its types at each call.
    @specialized(where Destination == Int64)
    package mutating func add(_ change: Int64, _ destination: Destination, _ state: DeliveryState) {
        changes[Key(destination: destination, state: state), default: 0] += change
    }

    package mutating func move(_ destination: Destination, from old: DeliveryState, to new: DeliveryState) {
        if old == new { return }
        add(-1, destination, old)
        add(1, destination, new)
    }

    package mutating func removeAll() {
        changes.removeAll(keepingCapacity: true)
        steps = 0
    }

    /// What is different afterwards, in one order, so that two writers never wait for each other crosswise.
    package var all: [(destination: Destination, state: DeliveryState, change: Int64)] {
        changes.filter { $0.value != 0 }.map { ($0.key.destination, $0.key.state, $0.value) }
            .sorted { ($0.0, $0.1.number) < ($1.0, $1.1.number) }
    }
}
