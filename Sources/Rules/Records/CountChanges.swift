/// How the numbers of deliveries change, by destination and state, while a batch is written.
package struct CountChanges<Destination: Comparable & Sendable>: Sendable {
    /// Few, so that the right one is found sooner by looking at each than by a hash.
    private var changes: [(destination: Destination, state: DeliveryState, change: Int64)] = []
    /// Corrections that the batch has applied.
    package var steps = 0

    package init() {}

    // Across targets a generic function asks the runtime for its types at each call.
    @specialized(where Destination == Int64)
    package mutating func add(_ change: Int64, _ destination: Destination, _ state: DeliveryState) {
        for index in changes.indices where changes[index].state == state && changes[index].destination == destination {
            changes[index].change += change
            return
        }
        changes.append((destination, state, change))
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
        changes.filter { $0.change != 0 }
            .sorted { ($0.0, $0.1.number) < ($1.0, $1.1.number) }
    }
}
