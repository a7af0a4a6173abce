import FuzzProperties
import Mappings
import Rules

/// Makes up requests of all five trackers: first messages, repeats, corrections, broken ones, with right and wrong credentials.
///
/// Ids come from small pools, so that messages meet.
struct RequestGenerator {
    var chance: SeededGenerator

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    private mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int.random(in: 0..<elements.count, using: &chance)] }
    private mutating func isOne(in count: Int) -> Bool { Int.random(in: 0..<count, using: &chance) == 0 }
    private mutating func id(_ prefix: String) -> String {
        isOne(in: 15) ? "{\(prefix)_id}" : "\(prefix)-\(Int.random(in: 1...6, using: &chance))"
    }

    /// A request, and the source that it is of.
    mutating func next(at now: Timestamp) -> (source: String, request: WireRequest) {
        var (source, request) =
            switch Int.random(in: 0..<10, using: &chance) {
            case 0...2: refCampaign()
            case 3: refVenue()
            case 4: refersion()
            case 5, 6: trcker()
            default: rsTraffic(at: now)
            }
        if isOne(in: 5) { request.headers.append(("Idempotency-Key", "key-\(Int.random(in: 1...4, using: &chance))")) }
        if isOne(in: 25) { request.method = pick(["PUT", "DELETE", "GET", "POST"]) }
        if isOne(in: 30) { request.path += pick(["/", "/more", "x"]) }
        if isOne(in: 30) { request.headers.append(("Content-Encoding", "gzip")) }
        if isOne(in: 4) { request.path = "/\(source)\(request.path)" }
        return (source, request)
    }

    private mutating func json(_ members: [(String, String)]) -> [UInt8] {
        var text =
            "{" + members.filter { $0.0 == "publishable_key" || !isOne(in: 20) }.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
        if isOne(in: 30) { text.removeLast() }
        return Array(text.utf8)
    }

    private mutating func refCampaign() -> (String, WireRequest) {
        let source = pick(["shop", "market", "mall"])
        let key = isOne(in: 12) ? pick(["wrong", "key-other"]) : "key-\(source)"
        let headers = [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")]
        let order = "\"\(id("order"))\""
        if isOne(in: 3) {
            let body = json([
                ("externalId", order), ("amount", pick(["500", "1200", "99999999", "\"x\""])), ("currency", "\"EUR\""),
                ("reason", "\"back\""),
            ])
            return (source, WireRequest(method: "POST", path: "/api/v1/conversions/refund", headers: headers, body: body))
        }
        if isOne(in: 15) {
            return (
                source, WireRequest(method: "GET", path: "/api/v1/conversions", query: pick(["limit=2", "limit=x", ""]), headers: headers)
            )
        }
        let body = json([
            ("externalId", order), ("conversionType", pick(["\"SALE\"", "\"LEAD\"", "\"NONE\""])),
            ("amount", pick(["4990", "1200", "49.9", "null", "\"4990\""])), ("currency", pick(["\"EUR\"", "\"JPY\"", "\"XXZ\""])),
            ("sessionId", "\"\(id("session"))\""), ("metadata", "{\"plan\":\"pro\"}"),
        ])
        return (source, WireRequest(method: "POST", path: "/api/v1/conversions/postback", headers: headers, body: body))
    }

    private mutating func refVenue() -> (String, WireRequest) {
        let body = json([
            ("publishable_key", isOne(in: 12) ? "\"pk_wrong_1\"" : "\"pk_saas_1\""), ("program_id", "\"\(id("program"))\""),
            ("customer_email", pick(["\"ann@example.com\"", "\"test@example.com\"", "\"bob+1@example.com\"", "\"no address\""])),
            ("conversion_type", pick(["\"purchase\"", "\"signup\"", "\"lead\""])),
            ("revenue_amount", pick(["49.90", "5", "\"1,5\"", "1e400"])),
            ("coupon_code", "\"C\""),
        ])
        return (
            "saas", WireRequest(method: "POST", path: "/v1/track-conversion", headers: [("Content-Type", "application/json")], body: body)
        )
    }

    private mutating func refersion() -> (String, WireRequest) {
        let headers = [
            ("Refersion-Public-Key", "public-1"), ("Refersion-Secret-Key", isOne(in: 12) ? "wrong" : "secret-1"),
            ("Content-Type", "application/json"),
        ]
        let items = pick([
            "[{\"price\":\"19.90\",\"quantity\":2,\"sku\":\"a\"}]", "[{\"price\":\"x\",\"quantity\":1,\"sku\":\"a\"}]",
            "[{\"price\":5,\"quantity\":1,\"sku\":\"b\"},{\"price\":6.5,\"quantity\":3,\"sku\":\"c\"}]",
        ])
        let body = json([
            ("cart_id", "\"\(id("cart"))\""), ("order_id", "\"\(id("order"))\""), ("currency_code", "\"USD\""), ("items", items),
        ])
        return ("store", WireRequest(method: "POST", path: "/tracker/orders/paid", headers: headers, body: body))
    }

    private mutating func trcker() -> (String, WireRequest) {
        let secret = isOne(in: 12) ? "wrong" : "postback-1"
        var pairs = ["click_id=\(id("click"))", "txn_id=\(id("txn"))", "amount=\(pick(["49.99", "12", "1,5", "", "-3"]))"]
        pairs.append("event=\(pick(["sale", "lead", "refund", "other"]))")
        if isOne(in: 2) { pairs.append("currency=\(pick(["EUR", "usd", "%7Bcur%7D"]))") }
        if isOne(in: 3) { pairs.append("sub1=\(id("sub"))") }
        pairs.append("secret=\(secret)")
        return ("network", WireRequest(method: "GET", path: "/api/postback/b/o", query: pairs.joined(separator: "&")))
    }

    private mutating func rsTraffic(at now: Timestamp) -> (String, WireRequest) {
        let source = pick(["casino", "slots"])
        let secret = isOne(in: 12) ? "wrong" : source == "casino" ? "signing-1" : "signing-2"
        var pairs = [
            ("clickid", id("click")), ("event", pick(["lead", "ftd", "rejected", "reg", "none"])),
            ("status", pick(["approved", "pending", "rejected"])),
        ]
        if isOne(in: 2) { pairs.insert(("amount", pick(["20", "35.50", "x"])), at: 0) }
        if !isOne(in: 4) { pairs.append(("timestamp", "\(now.seconds + pick([0, 0, -30, -61, 500]))")) }
        let text = pairs.sorted { $0.0 < $1.0 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        if isOne(in: 2) { return (source, WireRequest(method: "GET", path: "/v1/event", query: "\(text)&sign=\(hmac(text, secret))")) }
        let body = "{" + pairs.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",") + "}"
        let headers = [
            ("X-RS-Sign", hmac(body, secret)), ("X-RS-Source", source == "casino" ? "partner-1" : "partner-2"),
            ("Content-Type", "application/json"),
        ]
        return (source, WireRequest(method: "POST", path: "/v1/event", headers: headers, body: Array(body.utf8)))
    }
}
