import Mappings

/// What sums are taken by.
package enum SumKey: String, Sendable, CaseIterable {
    case day, source, tracker, destination, type, status, state, currency
}

/// A conversion with its present values, as sums count it.
package struct SummedConversion: Sendable {
    package var source: String
    package var tracker: String
    /// When it was received, or when it occurred: what its day is taken from.
    package var time: Timestamp
    package var type: String?
    package var status: String?
    package var currency: String?
    package var amount: ExactDecimal?
    package var refunded: ExactDecimal?
    /// Of its own message; a correction's deliveries are no further sale.
    package var deliveries: [(destination: String, state: DeliveryState)] = []

    package init(
        source: String, tracker: String, time: Timestamp, type: String? = nil, status: String? = nil, currency: String? = nil,
        amount: ExactDecimal? = nil, refunded: ExactDecimal? = nil, deliveries: [(destination: String, state: DeliveryState)] = []
    ) {
        self.source = source
        self.tracker = tracker
        self.time = time
        self.type = type
        self.status = status
        self.currency = currency
        self.amount = amount
        self.refunded = refunded
        self.deliveries = deliveries
    }
}

/// Counts conversions and adds their amounts up, exactly, and never two currencies.
///
/// By destination, a conversion counts once at each destination that it is owed to. Otherwise it counts once: as pending if a delivery is
/// pending, else as failed if one has failed, else as delivered.
package struct Sums: Sendable {
    /// A number of conversions and what they are worth.
    package struct Part: Sendable, Equatable {
        package var count = 0
        package var amount = ExactDecimal.zero

        package init(count: Int = 0, amount: ExactDecimal = .zero) {
            self.count = count
            self.amount = amount
        }
    }

    package struct Figures: Sendable, Equatable {
        /// All of them; `amount` is gross, before what was taken back.
        package var all = Part()
        package var refunded = ExactDecimal.zero
        package var delivered = Part()
        package var pending = Part()
        package var failed = Part()
        /// Owed to no destination.
        package var unrouted = Part()
        /// Whether any of them has an amount.
        package var hasAmount = false

        package init() {}

        /// Nil if it has too many digits.
        package var net: ExactDecimal? { all.amount.subtracting(refunded) }
    }

    /// What a sum has too many digits for.
    package struct Overflow: Error {}

    /// `currency` is always among them.
    package let keys: [SumKey]
    /// Only deliveries to this destination; conversions without one are left out.
    private let destination: String?
    private let day: @Sendable (Timestamp) -> String
    private var groups: [[String]: Figures] = [:]

    /// - Parameter day: of a moment, as text that sorts by time.
    package init(by keys: [SumKey], destination: String? = nil, day: @escaping @Sendable (Timestamp) -> String) {
        self.keys = keys.contains(.currency) ? keys : keys + [.currency]
        self.destination = destination
        self.day = day
    }

    /// The values of `keys`, with their figures, sorted by the values.
    package var rows: [(values: [String], figures: Figures)] {
        groups.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
    }

    package mutating func add(_ conversion: SummedConversion) throws(Overflow) {
        let deliveries = conversion.deliveries.filter { destination == nil || $0.destination == destination }
        if deliveries.isEmpty, destination != nil { return }
        if keys.contains(.destination), !deliveries.isEmpty {
            for delivery in deliveries { try add(conversion, at: delivery.destination, delivery.state) }
        } else {
            try add(conversion, at: "", deliveries.map(\.state).max { $0.weight < $1.weight })
        }
    }

    private mutating func add(_ conversion: SummedConversion, at destination: String, _ state: DeliveryState?) throws(Overflow) {
        let values = keys.map { key in
            switch key {
            case .day: day(conversion.time)
            case .source: conversion.source
            case .tracker: conversion.tracker
            case .destination: destination
            case .type: conversion.type ?? ""
            case .status: conversion.status ?? ""
            case .state: state?.rawValue ?? ""
            case .currency: conversion.currency ?? ""
            }
        }
        var figures = groups[values] ?? Figures()
        try figures.add(conversion, state)
        groups[values] = figures
    }
}

extension Sums.Figures {
    fileprivate mutating func add(_ conversion: SummedConversion, _ state: DeliveryState?) throws(Sums.Overflow) {
        if conversion.amount != nil { hasAmount = true }
        try all.add(conversion.amount)
        guard let sum = refunded.adding(conversion.refunded ?? .zero) else { throw Sums.Overflow() }
        refunded = sum
        guard let state else { return try unrouted.add(conversion.amount) }
        if state.hasArrived { try delivered.add(conversion.amount) }
        if state == .pending { try pending.add(conversion.amount) }
        if state.isFailed { try failed.add(conversion.amount) }
    }
}

extension Sums.Part {
    fileprivate mutating func add(_ value: ExactDecimal?) throws(Sums.Overflow) {
        count += 1
        guard let sum = amount.adding(value ?? .zero) else { throw Sums.Overflow() }
        amount = sum
    }
}

extension DeliveryState {
    /// Of several deliveries of one conversion, the heaviest decides for the conversion.
    fileprivate var weight: Int64 { self == .pending ? 200 : isFailed ? 100 + number : hasArrived ? -number : number }
}
