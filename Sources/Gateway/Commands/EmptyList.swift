import Rules

/// What is said of a list without a row: how many there are without its filters, and the command that lists them.
enum EmptyList {
    case conversions, deliveries, refused, unrouted, waiting

    /// On standard error. JSON stays JSON.
    /// - Parameter matching: how many there are with the filters, whatever the page.
    func complain(
        _ option: StoreOption, _ page: PageOptions, in store: any ReadingStore, matching: () async throws(StoreError) -> Int
    ) async throws(StoreError) {
        if option.json { Listing.print([]) }
        if page.offset == 0, option.json { return }
        Terminal.complain(try await sentence(option, page, in: store, matching: matching))
    }

    /// - Parameter condition: what else than the filters a row must be, `is dead`, and what the others are, `is not dead`.
    func sentence(
        _ option: StoreOption, _ page: PageOptions, in store: any ReadingStore, also condition: (and: String, or: String)? = nil,
        matching: () async throws(StoreError) -> Int
    ) async throws(StoreError) -> String {
        if page.offset > 0, case let count = try await matching(), count > 0 {
            return "there \(count == 1 ? "is" : "are") \(count); --offset \(page.offset) is behind the last"
        }
        let total = try await total(in: store)
        if total == 0 { return none + hint }
        let shown = "`gateway \(command)\(option.repeated)` lists"
        if total == 1 { return "the only \(one) does not match\(condition.map { " or \($0.or)" } ?? ""); \(shown) it\(hint)" }
        return "none of \(total.of(one)) matches\(condition.map { " and \($0.and)" } ?? ""); \(shown) the last of them\(hint)"
    }

    private func total(in store: any ReadingStore) async throws(StoreError) -> Int {
        switch self {
        case .conversions: try await store.count(ConversionFilter())
        case .deliveries: try await store.count(DeliveryFilter())
        case .refused: try await store.count(RefusedFilter(unrouted: false))
        case .unrouted: try await store.count(RefusedFilter(unrouted: true))
        case .waiting: try await store.countWaiting(ConversionFilter())
        }
    }

    private var one: String {
        switch self {
        case .conversions: "conversion"
        case .deliveries: "delivery"
        case .refused: "refused request"
        case .unrouted: "unrouted request"
        case .waiting: "waiting correction"
        }
    }

    private var command: String {
        switch self {
        case .conversions: "conversions"
        case .deliveries: "deliveries"
        case .refused: "refused"
        case .unrouted: "refused --unrouted"
        case .waiting: "conversions --waiting"
        }
    }

    /// If the store has none at all.
    private var none: String {
        switch self {
        case .conversions: "there are no conversions yet"
        case .deliveries: "there are no deliveries yet"
        case .refused: "there are no refused requests that reached a tracker"
        case .unrouted: "every request that was kept reached a tracker"
        case .waiting: "no correction waits for its conversion"
        }
    }

    private var hint: String { self == .conversions ? "; a refused request is under `gateway refused`" : "" }
}

extension ReadingStore {
    /// Corrections that wait for their conversion, whatever the page.
    func countWaiting(_ filter: ConversionFilter) async throws(StoreError) -> Int {
        var whole = filter
        (whole.limit, whole.offset) = (Int(Int32.max), 0)
        return try await waiting(whole).count
    }
}
