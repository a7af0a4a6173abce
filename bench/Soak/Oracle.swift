/// Judges a run: what was acknowledged against what the store holds and what the destinations received. It knows nothing of how the
/// gateway works, only what it promises.
struct Oracle {
    let ledger: Ledger.State
    let store: StoreView
    let tempers: [String: Temper]
    /// Whether an operator paused destinations, each for as long as he liked.
    let isPaused: Bool

    private(set) var discrepancies: [String] = []
    /// By currency: what the store holds.
    private(set) var stored: [String: Int] = [:]
    /// By destination, state and currency.
    private(set) var sums: [String: [String: [String: Int]]] = [:]
    /// By destination and state.
    private(set) var counts: [String: [String: Int]] = [:]
    /// By currency: what was acknowledged.
    private(set) var acknowledged: [String: Int] = [:]
    /// By currency: what went back, as it was acknowledged, as it is stored, and as `steady` received it.
    private(set) var refunded: [String: Int] = [:]
    private(set) var storedRefunded: [String: Int] = [:]
    private(set) var receivedRefunds: [String: Int] = [:]
    /// Deliveries of refunds by destination and state.
    private(set) var refundCounts: [String: [String: Int]] = [:]
    /// Stored, but not acknowledged.
    private(set) var storedUnacknowledged = 0

    init(ledger: Ledger.State, store: StoreView, tempers: [String: Temper], isPaused: Bool) {
        self.ledger = ledger
        self.store = store
        self.tempers = tempers
        self.isPaused = isPaused
        discrepancies = ledger.complaints
    }

    mutating func judge() {
        let conversions = judgeConversions()
        judgeDeliveries(conversions)
        for destination in Destinations.all { judgeArrivals(at: destination, conversions) }
        judgeSums()
        judgeWaits()
        for conversion in conversions.values { judgeRefunds(of: conversion) }
    }

    /// Every acknowledged sale is stored once, exact, under the id in the reply; nothing else is stored.
    private mutating func judgeConversions() -> [String: StoreView.Conversion] {
        var byClick: [String: StoreView.Conversion] = [:]
        for conversion in store.conversions {
            if let other = byClick.updateValue(conversion, forKey: conversion.click) {
                discrepancies.append("\(conversion.click) is stored twice, as \(other.id) and \(conversion.id)")
            }
            guard let entry = ledger.entries[conversion.click] else {
                discrepancies.append("conversion \(conversion.id) of click '\(conversion.click)' was never sent")
                continue
            }
            let sale = entry.sale
            if entry.acknowledgements == 0 { storedUnacknowledged += 1 }
            let minor = sale.coin.minor(conversion.amount)
            if minor != sale.amount || conversion.currency != sale.coin.code {
                discrepancies.append(
                    "\(sale.key) is stored as \(conversion.currency) \(conversion.amount), the sender sent \(sale.coin.code) \(sale.coin.text(sale.amount))"
                )
            }
            if conversion.source != sale.dialect.source || conversion.orderID != sale.orderID {
                discrepancies.append("\(sale.key) is stored with source \(conversion.source), order id \(conversion.orderID ?? "none")")
            }
            stored[conversion.currency, default: 0] += minor ?? 0
        }
        for (click, entry) in ledger.entries where entry.acknowledgements > 0 {
            acknowledged[entry.sale.coin.code, default: 0] += entry.sale.amount
            guard let conversion = byClick[click] else {
                discrepancies.append("\(entry.sale.key) was acknowledged \(entry.ids.sorted()) and is not stored")
                continue
            }
            if !entry.ids.isSubset(of: [conversion.id]) {
                discrepancies.append("\(entry.sale.key) was acknowledged as \(entry.ids.sorted()) and is stored as \(conversion.id)")
            }
        }
        return byClick
    }

    /// Every conversion has one delivery to each destination, ended as that destination's plan says.
    private mutating func judgeDeliveries(_ conversions: [String: StoreView.Conversion]) {
        let byID = Dictionary(conversions.values.map { ($0.id, $0) }) { first, _ in first }
        var owed: [String: Set<String>] = [:]
        for delivery in store.deliveries {
            if byID[delivery.conversion] == nil, let entry = ledger.entries["c-\(delivery.orderID ?? "")"], !entry.sale.refunds.isEmpty {
                judgeRefund(delivery, of: entry.sale)
                continue
            }
            guard let conversion = byID[delivery.conversion], let entry = ledger.entries[conversion.click] else {
                discrepancies.append("delivery \(delivery.conversion):\(delivery.destination) belongs to no conversion that was sent")
                continue
            }
            if !owed[delivery.conversion, default: []].insert(delivery.destination).inserted {
                discrepancies.append("\(entry.sale.key) has two deliveries to \(delivery.destination)")
            }
            counts[delivery.destination, default: [:]][delivery.state, default: 0] += 1
            sums[delivery.destination, default: [:]][delivery.state, default: [:]][conversion.currency, default: 0] += entry.sale.amount
            judge(delivery, of: entry.sale)
        }
        for conversion in conversions.values where owed[conversion.id] != Set(Destinations.all) {
            discrepancies.append("\(conversion.click) has deliveries to \(owed[conversion.id, default: []].sorted())")
        }
    }

    private mutating func judge(_ delivery: StoreView.Delivery, of sale: Sale) {
        let arrival = ledger.arrivals[delivery.destination]?[sale.click]
        let ended = "\(sale.key) ended \(delivery.state) at \(delivery.destination) after \(delivery.attempts) tries (\(delivery.reason))"
        switch (delivery.state, tempers[delivery.destination]?.fate(of: sale.click)) {
        case ("delivered", .arrives), ("duplicate", .arrives):
            if arrival?.isTaken != true { discrepancies.append("\(ended), but that destination never accepted it") }
        case ("unconfirmed", .arrives):
            if arrival?.doubtful ?? 0 == 0 { discrepancies.append("\(ended), but that destination's answers said that it took it") }
        case ("rejected", .isRefused):
            if arrival?.refused ?? 0 == 0 { discrepancies.append("\(ended), but that destination never refused it") }
        case ("dead", .isNeverTaken), ("dead", .isPoison): break
        default: discrepancies.append(ended)
        }
    }

    /// What a destination received is stored, and was sent exactly.
    private mutating func judgeArrivals(at destination: String, _ conversions: [String: StoreView.Conversion]) {
        let arrivals = ledger.arrivals[destination, default: [:]]
        for (click, arrival) in arrivals where !click.contains("#") {
            guard let entry = ledger.entries[click], let conversion = conversions[click] else {
                discrepancies.append("\(destination) received \(click), which is not stored")
                continue
            }
            let sale = entry.sale
            let first = arrival.first
            let minor = first.isMinor ? Int(first.amount) : sale.coin.minor(first.amount)
            if minor != sale.amount || first.currency != sale.coin.code {
                discrepancies.append(
                    "\(destination) was sent \(first.currency) \(first.amount) for \(sale.key), the sender sent \(sale.coin.code) \(sale.coin.text(sale.amount))"
                )
            }
            if first.idempotencyID != sale.orderID ?? conversion.id || first.id.map({ $0 != conversion.id }) == true {
                discrepancies.append(
                    "\(destination) was sent id \(first.idempotencyID) for \(sale.key), stored as \(conversion.id)")
            }
        }
        for name in arrivals.keys {
            guard let sign = name.firstIndex(of: "#") else { continue }
            let known = ledger.entries[String(name[..<sign])]?.refunds ?? []
            if !known.contains(Int(name[name.index(after: sign)...]) ?? 0) {
                discrepancies.append("\(destination) received a refund that was not acknowledged: \(name)")
            }
        }
        for click in conversions.keys where arrivals[click] == nil {
            discrepancies.append("\(click) never arrived at \(destination)")
        }
    }

    /// The longest time from the first reply to a sender until the destination had taken the sale, of sales that it takes.
    func longestWait(at destination: String) -> Duration {
        let waits = ledger.arrivals[destination, default: [:]].compactMap { click, arrival -> Duration? in
            guard let taken = arrival.takenAt, let acknowledged = ledger.entries[click]?.acknowledgedAt else { return nil }
            return taken - acknowledged
        }
        return waits.max() ?? .zero
    }

    /// Sales that a destination never takes do not keep others waiting: these wait about as long as at a destination without such sales. Kills,
    /// pauses and a machine that is busy delay them at both.
    private mutating func judgeWaits() {
        let (wait, plain) = (longestWait(at: Destinations.poisoned), longestWait(at: Destinations.steady))
        if !isPaused, wait > max(.seconds(15), plain * 3) {
            discrepancies.append(
                "a sale waited \(wait) for \(Destinations.poisoned), and none longer than \(plain) for \(Destinations.steady)")
        }
        let poison = ledger.arrivals[Destinations.poisoned, default: [:]].filter {
            tempers[Destinations.poisoned]?.fate(of: $0.key) == .isPoison
        }
        if ledger.entries.count > 2000, poison.isEmpty {
            discrepancies.append("\(Destinations.poisoned) received no sale that it never takes")
        }
    }

    /// Each destination is sent a refund as it can take one: `flaky` has no call for it.
    private mutating func judgeRefund(_ delivery: StoreView.Delivery, of sale: Sale) {
        refundCounts[delivery.destination, default: [:]][delivery.state, default: 0] += 1
        switch (delivery.destination, delivery.state) {
        case (Destinations.flaky, "skipped"), (Destinations.poisoned, "skipped"), (Destinations.steady, "delivered"),
            (Destinations.steady, "duplicate"),
            (Destinations.strict, "delivered"):
            break
        case (Destinations.steady, "unconfirmed"), (Destinations.strict, "unconfirmed"):
            let names = sale.refunds.map { sale.name(ofRefund: $0) }
            if !names.contains(where: { ledger.arrivals[delivery.destination]?[$0]?.doubtful ?? 0 > 0 }) {
                discrepancies.append("a refund of \(sale.key) is unconfirmed at \(delivery.destination), whose answers were plain")
            }
        default: discrepancies.append("a refund of \(sale.key) ended \(delivery.state) at \(delivery.destination) (\(delivery.reason))")
        }
    }

    private mutating func judgeRefunds(of conversion: StoreView.Conversion) {
        guard let entry = ledger.entries[conversion.click] else { return }
        let sale = entry.sale
        let wanted = entry.refunds.reduce(0, +)
        let stored = conversion.refunded.flatMap(sale.coin.minor) ?? 0
        if wanted != stored { discrepancies.append("\(sale.key) has refunds of \(wanted) minor units, stored are \(stored)") }
        refunded[sale.coin.code, default: 0] += wanted
        storedRefunded[sale.coin.code, default: 0] += stored
        for amount in entry.refunds {
            for destination in [Destinations.steady, Destinations.strict] {
                let fate = tempers[destination]?.fate(of: sale.click) ?? .arrives
                guard let arrival = ledger.arrivals[destination]?[sale.name(ofRefund: amount)] else {
                    if fate == .arrives { discrepancies.append("the refund of \(amount) of \(sale.key) never arrived at \(destination)") }
                    continue
                }
                if destination == Destinations.steady { receivedRefunds[sale.coin.code, default: 0] += amount }
                if arrival.isEarly, fate == .arrives {
                    discrepancies.append("\(destination) received the refund of \(amount) of \(sale.key) before it had accepted the sale")
                }
            }
        }
    }

    /// Nothing is made or lost on the way, to the last minor unit.
    private mutating func judgeSums() {
        if storedUnacknowledged == 0, stored != acknowledged {
            discrepancies.append("acknowledged were \(acknowledged) minor units, stored are \(stored)")
        }
        for destination in Destinations.all {
            let total = sums[destination, default: [:]].values.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
            if total != stored { discrepancies.append("\(destination) has \(total) minor units in all states, received were \(stored)") }
            let arrived = ledger.arrivals[destination, default: [:]].keys.reduce(into: [String: Int]()) { sum, click in
                if let sale = ledger.entries[click]?.sale { sum[sale.coin.code, default: 0] += sale.amount }
            }
            if arrived != stored { discrepancies.append("\(destination) received \(arrived) minor units, the gateway received \(stored)") }
        }
    }
}
