import Mappings
import Rules

@testable import Gateway

/// Builds what the store tests store.
enum StoreSamples {
    static let start = Timestamp(seconds: 1_763_600_000)

    static func digest(_ number: UInt64) -> Digest32 { Digest32(words: (number &* 0x9E37_79B9_7F4A_7C15, number, 0, 0)) }

    static func id(_ number: UInt64, at time: Timestamp = start) -> ConversionID { ConversionID(at: time, random: (0, number)) }

    static func key(
        _ number: UInt64,
        _ scope: DuplicateKey.Scope = .source("shop-de"),
        lifetime: Duration? = nil
    ) -> DuplicateKey {
        DuplicateKey(scope: scope, digest: digest(number), lifetime: lifetime)
    }

    static func request(_ body: String = "{}") -> StoredRequest {
        StoredRequest(
            method: "POST",
            target: "/tracker/orders/paid?x=ü",
            headers: [("Content-Type", "application/json"), ("X-Empty", "")],
            body: Array(body.utf8),
            peer: "203.0.113.4"
        )
    }

    /// The conversion with that number; numbers sort as their ids do.
    static func submission(
        _ number: UInt64,
        source: String = "shop-de",
        tracker: String = "refersion",
        after: Duration = .zero,
        keys: [DuplicateKey] = [],
        content: UInt64 = 1,
        destinations: [String] = ["main"]
    ) -> Submission {
        let time = start.advanced(by: after)
        let row = ConversionRow(
            id: id(number, at: time),
            source: source,
            tracker: tracker,
            receivedAt: time,
            type: "sale",
            status: "approved",
            orderID: "order-\(number)",
            clickID: "click-\(number)",
            amount: "49.90",
            currency: "EUR",
            document: Array(#"{"order_id":"order-\#(number)","content":\#(content)}"#.utf8)
        )
        return Submission(
            conversion: row,
            request: request("body \(number)"),
            keys: keys,
            content: digest(content),
            destinations: destinations
        )
    }

    /// Needs some thirty pages and a destination that is new.
    static func largeSubmission() -> Submission {
        var sent = submission(2, keys: [key(2)], destinations: ["main", "new"])
        sent.request.body = Array(repeating: 0x78, count: 100_000)
        return sent
    }

    /// Holds as little as a submission can.
    static func bareSubmission() -> Submission {
        var sent = submission(1, destinations: [])
        sent.conversion.type = nil
        sent.conversion.status = nil
        sent.conversion.orderID = ""
        sent.conversion.clickID = nil
        sent.conversion.amount = nil
        sent.conversion.currency = nil
        sent.conversion.document = []
        sent.request.body = []
        sent.request.headers = []
        return sent
    }

    static func attempt(_ outcome: AttemptOutcome = .retry, status: Int? = 503, after: Duration = .seconds(1)) -> AttemptRow {
        AttemptRow(
            number: 1,
            startedAt: start.advanced(by: after),
            latency: 1500,
            requestLine: "POST https://app.example/api",
            request: "Accept: application/json\nX-Key: ***\n\n{\"sum\":\"ü\"}",
            status: status,
            outcome: outcome,
            reply: "later"
        )
    }

    static func result(
        _ delivery: DeliveryID,
        _ state: DeliveryState,
        next: Duration? = nil,
        reason: String? = nil,
        remoteID: String? = nil,
        attempt: AttemptRow? = attempt(),
        round: Int = 0
    ) -> AttemptResult {
        AttemptResult(
            delivery: delivery,
            state: state,
            nextAttempt: next.map { start.advanced(by: $0) },
            reason: reason,
            remoteID: remoteID,
            attempt: attempt,
            round: round
        )
    }

    static func report(_ destination: String) -> DestinationReport {
        DestinationReport(
            destination: destination, breaker: .closed, failures: 0, inFlight: 2, waiting: 7, isDryRun: false, reportedAt: start)
    }

    static func refused(_ number: Int, source: String? = nil, body: String = "body", code: String = "missing_field") -> RefusedRequest {
        RefusedRequest(
            receivedAt: start.advanced(by: .seconds(number)),
            source: source,
            tracker: "refersion",
            status: 400,
            code: code,
            reason: "field 'order_id' is missing",
            request: request(body)
        )
    }
}

extension RepairStore {
    /// Whatever their state.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) async throws(StoreError) -> Int {
        try await requeue(deliveries.map { Requeue($0) }, at: now)
    }
}
