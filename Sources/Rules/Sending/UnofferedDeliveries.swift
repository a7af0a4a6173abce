import DequeModule
import Mappings

/// Deliveries that were read from the store before this process offered them.
///
/// The store may be read between a conversion's commit and its offer, and the tracker may be quick: the offer then comes when the delivery
/// has been made and settled. It must not be made once more, so the last ones are remembered.
struct UnofferedDeliveries: Sendable {
    /// An offer follows its commit at once, so that few others come between.
    private static let capacity = 1024
    /// Still held.
    private var held: Set<ConversionID> = []
    private var settled: Set<ConversionID> = []
    private var order = Deque<ConversionID>()
    /// Ids sort by time, so that what is offered in the usual way is newer than this.
    private var newest: ConversionID?

    mutating func read(_ delivery: ReadyDelivery) {
        if delivery.attempts == 0, delivery.round == 0 { held.insert(delivery.id) }
    }

    /// The offer has come while it is held, or it goes back to the store.
    mutating func forget(_ id: ConversionID) {
        if !held.isEmpty { held.remove(id) }
    }

    mutating func settle(_ id: ConversionID) {
        guard !held.isEmpty, held.remove(id) != nil else { return }
        if order.count >= Self.capacity, let oldest = order.popFirst() { settled.remove(oldest) }
        order.append(id)
        settled.insert(id)
        newest = newest.map { max($0, id) } ?? id
    }

    func isSettled(_ id: ConversionID) -> Bool {
        guard let newest, id <= newest else { return false }
        return settled.contains(id)
    }
}
