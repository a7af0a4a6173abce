import Rules

/// A replay by filter that takes nothing says why.
extension Replay {
    /// What is sent again, oldest first: without --state what ended and is known not to have arrived.
    var wantedDeliveries: DeliveryFilter {
        var wanted = filter.filter(page)
        wanted.ascending = true
        if wanted.state == nil, to == nil { (wanted.failed, wanted.leavingUnconfirmed) = (true, true) }
        return wanted
    }

    /// What --to sends, if no option is about deliveries.
    var wantedConversions: ConversionFilter {
        ConversionFilter(
            source: filter.source, orderID: filter.orderID, since: page.since?.time, until: page.until?.time,
            byOccurrence: filter.byDate == .occurred, ascending: true, limit: page.limit, offset: page.offset)
    }

    var wantedCorrections: ConversionFilter {
        ConversionFilter(
            source: filter.source, orderID: filter.orderID, since: page.since?.time, until: page.until?.time, limit: page.limit,
            offset: page.offset)
    }

    var takesConversions: Bool { to != nil && filter.destination == nil && filter.state == nil && !filter.failed }

    func complainOfNothing(in store: any ReadingStore) async throws(StoreError) {
        let sentence =
            if waiting {
                try await EmptyList.waiting.sentence(self.store, page, in: store) { () throws(StoreError) in
                    try await store.countWaiting(wantedCorrections)
                }
            } else if refused {
                // It leaves out no first rows.
                try await EmptyList.refused.sentence(
                    self.store, page, in: store, also: (and: "was not run again so far", or: "was run again already")
                ) { 0 }
            } else if takesConversions {
                try await EmptyList.conversions.sentence(self.store, page, in: store) { () throws(StoreError) in
                    try await store.count(wantedConversions)
                }
            } else {
                try await EmptyList.deliveries.sentence(
                    self.store, page, in: store,
                    also: wantedDeliveries.leavingUnconfirmed
                        ? (and: "is skipped, rejected or dead", or: "is not skipped, rejected or dead") : nil
                ) { () throws(StoreError) in try await store.count(wantedDeliveries) }
            }
        Terminal.complain("nothing to \(waiting ? "apply" : "send again"): \(sentence)")
    }
}
