import Mappings
import Rules

extension MetricsPage {
    /// By source: requests, refusals and amounts.
    mutating func add(_ sources: [(key: String, value: IntakeMetrics)]) {
        let all = sources.map { ($0.key, $0.value.read()) }
        begin("gateway_requests_total", .counter, "Requests by source and by what became of them.")
        for (name, counted) in all {
            for (outcome, count) in zip(IntakeMetrics.Outcome.allCases, counted.outcomes) {
                add("gateway_requests_total", ["source": name, "outcome": outcome.rawValue], count)
            }
        }
        begin("gateway_refusals_total", .counter, "Refused requests by source and code.")
        for (name, counted) in all {
            for code in Self.codes.union(counted.refusals.keys).sorted(by: { $0.rawValue < $1.rawValue }) {
                add("gateway_refusals_total", ["source": name, "code": code.rawValue], counted.refusals[code] ?? 0)
            }
        }
        begin("gateway_conversions_with_warnings_total", .counter, "Accepted conversions that were read with a warning.")
        for (name, counted) in all { add("gateway_conversions_with_warnings_total", ["source": name], counted.warned) }
        begin("gateway_received_amount_total", .counter, "Amounts of accepted conversions, in major units of their currency.")
        for (name, counted) in all {
            for (currency, amount) in counted.amounts {
                add("gateway_received_amount_total", ["source": name, "currency": currency.description], amount)
            }
        }
    }

    private static let codes: Set<FailureCode> = [
        .invalid, .invalidAmount, .missingField, .malformed, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .conflict, .tooLarge,
        .unsupportedMediaType, .rateLimited, .overloaded, .failed,
    ]

    mutating func add(_ commits: CommitMetrics) {
        begin("gateway_commit_seconds", .histogram, "How long the store's transactions took until they were on the disk.")
        add("gateway_commit_seconds", histogram: commits.duration, scale: 1_000_000)
        begin("gateway_commit_writes", .histogram, "Writes that shared a commit.")
        add("gateway_commit_writes", histogram: commits.size)
    }

    /// By destination: tries and what deliveries ended as.
    mutating func add(_ destinations: [(key: String, value: DeliveryMetrics)]) {
        let all = destinations.map { ($0.key, $0.value, $0.value.read()) }
        begin("gateway_attempts_total", .counter, "Tries by destination and by what they came to.")
        for (name, _, counted) in all {
            for outcome in AttemptOutcome.allCases where outcome != .unknown {
                add("gateway_attempts_total", ["destination": name, "outcome": outcome.rawValue], counted.attempts[outcome] ?? 0)
            }
        }
        begin("gateway_deliveries_ended_total", .counter, "Deliveries by destination and by the state in which they ended.")
        for (name, _, counted) in all {
            for state in DeliveryState.allCases where state != .pending {
                add("gateway_deliveries_ended_total", ["destination": name, "state": state.rawValue], counted.ended[state] ?? 0)
            }
        }
        begin("gateway_attempt_seconds", .histogram, "From the first byte of a request to a destination to the last of its answer.")
        for (name, metrics, _) in all {
            add("gateway_attempt_seconds", ["destination": name], histogram: metrics.latency, scale: 1_000_000)
        }
        begin("gateway_arrival_seconds", .histogram, "From the receipt of a conversion until a destination had it.")
        for (name, metrics, _) in all {
            add("gateway_arrival_seconds", ["destination": name], histogram: metrics.arrival, scale: 1_000_000)
        }
    }

    /// By destination: what its queue is about now.
    mutating func add(_ activity: [(String, DeliveryActivity)]) {
        begin("gateway_deliveries_in_flight", .gauge, "Requests to a destination that are under way.")
        for (name, now) in activity { add("gateway_deliveries_in_flight", ["destination": name], now.inFlight) }
        begin("gateway_breaker_open", .gauge, "1 if a destination failed so often in a row that only probes are sent.")
        for (name, now) in activity { add("gateway_breaker_open", ["destination": name], now.breaker == .closed ? 0 : 1) }
    }

    /// - Parameter destinations: those of the configuration.
    mutating func add(_ store: StoreFigures, _ destinations: [String]) {
        begin(
            "gateway_deliveries", .gauge,
            "Deliveries in the store by destination and state; pending is what waits, dead is what was given up.")
        let names = Set(store.deliveries.map(\.destination)).union(destinations).sorted()
        for name in names {
            for state in DeliveryState.allCases {
                let count = store.deliveries.first { $0.destination == name && $0.state == state }?.count ?? 0
                add("gateway_deliveries", ["destination": name, "state": state.rawValue], count)
            }
        }
        begin("gateway_oldest_pending_seconds", .gauge, "How long the delivery that has waited longest has been pending.")
        for name in Set(store.oldestPending.keys).union(destinations).sorted() {
            add(
                "gateway_oldest_pending_seconds", ["destination": name],
                store.oldestPending[name].map { max(0, Int($0 / .seconds(1))) } ?? 0)
        }
        if let bytes = store.bytes {
            begin("gateway_store_bytes", .gauge, "The size of the store.")
            add("gateway_store_bytes", [:], bytes)
        }
    }
}
