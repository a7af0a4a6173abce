import Foundation

/// The four destinations of a run: what the gateway's configuration has of them, how each reads its requests, and how it behaves.
enum Destinations {
    /// A plain postback URL, nearly always well.
    static let steady = "steady"
    /// A tracker that takes decimals, badly behaved; everything arrives in the end.
    static let flaky = "flaky"
    /// A tracker that takes minor units, badly behaved; some sales it refuses, and some it never answers well.
    static let strict = "strict"
    /// A plain postback URL that is always well, except for a few sales that it never takes. They must not keep the others waiting.
    static let poisoned = "poisoned"
    static let all = [steady, flaky, strict, poisoned]

    static func strictTemper(_ seed: UInt64) -> Temper { Temper(seed: seed, sink: strict, badness: 0.3, doom: 0.03) }

    static func poisonedTemper(_ seed: UInt64) -> Temper { Temper(seed: seed, sink: poisoned, badness: 0, poison: 0.01) }

    static func start(seed: UInt64, ledger: Ledger) async throws -> [Sink] {
        [
            try await Sink.start(steady, Temper(seed: seed, sink: steady, badness: 0.02), ledger: ledger),
            try await Sink.start(flaky, Temper(seed: seed, sink: flaky, badness: 0.4), ledger: ledger),
            try await Sink.start(strict, strictTemper(seed), ledger: ledger),
            try await Sink.start(poisoned, poisonedTemper(seed), ledger: ledger),
        ]
    }

    /// Every retry comes soon, since the whole life of a delivery has to fit into the run. `strict` gives up after 16 tries: more than
    /// bad luck needs, so that what is dead there was meant to be. Its breaker is off: sales
    /// that it never takes would leave nothing but failures at the end, tried one at a time. `poisoned` gives up soon for the same reason, and
    /// its breaker is on, since it is the breaker that could hold the others back.
    ///
    /// - Parameter strangers: whether there is a hostile sender, whose sales none of the four receives.
    static func configuration(_ sinks: [Sink], strangers: Bool = false) -> String {
        func port(_ name: String) -> String {
            sinks.first { $0.name == name }.map { "http://127.0.0.1:\($0.port)/\(Launch.none)" } ?? ""
        }
        func retries(_ count: Int) -> String { "[" + Array(repeating: "400ms", count: count).joined(separator: ", ") + "]" }
        let senders = Dialect.allCases.map(\.source).joined(separator: ", ")
        let loopback = "allow_networks: [127.0.0.0/8]"
        return """
            destinations:
              \(steady):
                postback_url: "\(port(steady))/postback?cid={click_id}&sum={amount}&cur={currency}&txid={order_id}&id={id}"
                refund_url: "\(port(steady))/refund?cid={click_id}&back={refund}&cur={currency}&txid={order_id}&id={id}"
                partial_refund_url: "\(port(steady))/refund?cid={click_id}&back={refund}&cur={currency}&txid={order_id}&id={id}"
                timeout: 1s
                retries: \(retries(100))
                retry_after_max: 2s
                \(loopback)
              \(flaky):
                tracker: trcker
                url: \(port(flaky))
                credentials: { postback_secret: soak_out }
                settings: { brand: b, offer: o }
                timeout: 1s
                breaker: { failures: 5, pause: 100ms, longest: 500ms }
                retries: \(retries(100))
                retry_after_max: 2s
                \(loopback)
              \(strict):
                tracker: refcampaign
                url: \(port(strict))
                credentials: { api_key: soak_out }
                timeout: 1s
                retries: \(retries(15))
                retry_after_max: 2s
                breaker: off
                \(loopback)
              \(poisoned):
                postback_url: "\(port(poisoned))/postback?cid={click_id}&sum={amount}&cur={currency}&txid={order_id}&id={id}"
                timeout: 1s
                retries: \(retries(6))
                breaker: { failures: 5, pause: 100ms, longest: 200ms }
                retry_after_max: 2s
                \(loopback)
            \(strangers ? StrangerPlan.destinationLines : "")
            routes:
              - { from: [\(senders)], to: [\(all.joined(separator: ", "))], set: { click_id: "coalesce(click_id, cart_id, ref_code)" } }
            \(strangers ? StrangerPlan.routeLine : "")
            """
    }

    /// What a request to a destination says, and which process sent it; nil if it is not one that the gateway should have sent.
    static func read(_ target: String, _ body: String, at destination: String) -> (Launch, Ledger.Message)? {
        guard let (launch, target) = Launch.split(target) else { return nil }
        let message =
            switch destination {
            case steady, poisoned: readPostback(target)
            case flaky: readTrcker(target)
            default: readRefCampaign(target, body)
            }
        return message.map { (launch, $0) }
    }

    private static func query(_ target: String) -> [String: String] {
        let items = URLComponents(string: target)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { first, _ in first }
    }

    private static func readPostback(_ target: String) -> Ledger.Message? {
        let query = query(target)
        guard let click = query["cid"], let id = query["id"], let currency = query["cur"] else { return nil }
        if target.hasPrefix("/refund?") {
            guard let back = query["back"], let minor = Coin.all.first(where: { $0.code == currency })?.minor(back) else { return nil }
            return Ledger.Message(
                click: "\(click)#\(minor)", idempotencyID: query["txid"] ?? id, id: id, amount: "\(minor)", currency: currency,
                isMinor: true)
        }
        guard let sum = query["sum"] else { return nil }
        return Ledger.Message(click: click, idempotencyID: query["txid"] ?? id, id: id, amount: sum, currency: currency)
    }

    private static func readTrcker(_ target: String) -> Ledger.Message? {
        let query = query(target)
        guard let click = query["click_id"], let id = query["txn_id"], let amount = query["amount"], let currency = query["currency"]
        else { return nil }
        return Ledger.Message(click: click, idempotencyID: id, amount: amount, currency: currency)
    }

    private static func readRefCampaign(_ target: String, _ body: String) -> Ledger.Message? {
        guard let object = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] else { return nil }
        if target.hasPrefix("/api/v1/conversions/refund") {
            guard let id = object["externalId"] as? String, let amount = object["amount"] as? Int else { return nil }
            return Ledger.Message(click: "c-\(id)#\(amount)", idempotencyID: id, amount: "\(amount)", currency: "", isMinor: true)
        }
        guard let click = object["clickId"] as? String, let id = object["externalId"] as? String, let amount = object["amount"] as? Int,
            let currency = object["currency"] as? String
        else { return nil }
        return Ledger.Message(click: click, idempotencyID: id, amount: String(amount), currency: currency, isMinor: true)
    }
}
