import Mappings
import Rules

/// What did not arrive, of the newest messages since a time: in groups that failed alike, with what they are worth.
struct Losses {
    struct Group {
        var destination: String
        var state: DeliveryState
        /// Without what differs from one to the next.
        var reason: String
        var rows: [DeliveryRow] = []

        /// By currency.
        var amounts: [(currency: String, amount: ExactDecimal)] { Losses.sums(rows.map { ($0.currency, $0.amount) }) }
    }

    private(set) var groups: [Group] = []
    /// What it is worth, each conversion once.
    private(set) var totals: [(currency: String, amount: ExactDecimal)] = []
    /// Conversions.
    private(set) var count = 0
    /// There are more than were read.
    private(set) var isCut = false

    static let states: [DeliveryState] = [.dead, .rejected, .unconfirmed, .skipped]
    /// Of each state.
    static let most = 2000

    /// - Parameters:
    ///   - since: when the messages came; nil takes the newest of all.
    ///   - states: those that are wanted.
    init(
        since: Timestamp?, states: [DeliveryState] = Self.states, destination: String? = nil, reason: String? = nil,
        in store: any ReadingStore
    ) async throws(StoreError) {
        var found: [String: Group] = [:]
        var conversions: [ConversionID: (String?, String?)] = [:]
        for state in states {
            var filter = DeliveryFilter(destination: destination, state: state, limit: Self.most)
            filter.from = ConversionID.first(at: since ?? Timestamp(microseconds: 0))
            let rows = try await store.deliveries(filter)
            if rows.count == Self.most { isCut = true }
            for row in rows where Self.isLoss(row) {
                let pattern = ReasonPattern.of(row.reason)
                if let reason, reason != pattern { continue }
                let key = "\(row.id.destination)\n\(state)\n\(pattern)"
                found[key, default: Group(destination: row.id.destination, state: state, reason: pattern)].rows.append(row)
                if row.amount != nil || conversions[row.id.conversion] == nil {
                    conversions[row.id.conversion] = (row.currency, row.amount)
                }
            }
        }
        groups = found.values.sorted { ($1.rows.count, $0.destination) < ($0.rows.count, $1.destination) }
        count = conversions.count
        totals = Self.sums(Array(conversions.values))
    }

    /// That a tracker takes no corrections, or that a destination is a dry run, is as it should be.
    private static func isLoss(_ row: DeliveryRow) -> Bool {
        guard row.state == .skipped else { return true }
        return !row.isCorrection && row.reason?.hasSuffix(NextStep.dryRunReason) != true
    }

    /// Exact; what has too many digits is left out.
    private static func sums(_ amounts: [(currency: String?, amount: String?)]) -> [(currency: String, amount: ExactDecimal)] {
        var sums: [String: ExactDecimal] = [:]
        for case (let currency, let text?) in amounts {
            guard let amount = try? ExactDecimal(parsing: text) else { continue }
            let sum = sums[currency ?? "", default: .zero]
            sums[currency ?? ""] = sum.adding(amount) ?? sum
        }
        return sums.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    /// `EUR 49.90, USD 5.00`.
    static func text(_ amounts: [(currency: String, amount: ExactDecimal)]) -> String {
        amounts.map { currency, amount in
            [currency, amount.text(in: Currency(code: currency))].filter { !$0.isEmpty }.joined(separator: " ")
        }.joined(separator: ", ")
    }
}
