import AsyncHTTPClient
import Foundation
import Mappings
import NIOCore

@testable import Gateway

/// A request as a sender writes it.
struct Sample: Sendable {
    var source: String
    var method = "POST"
    var target: String
    var headers: [(String, String)] = []
    var body = ""

    /// As bytes on a socket.
    var raw: String {
        let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
        let length = method == "GET" ? "" : "Content-Length: \(body.utf8.count)\r\n"
        return "\(method) \(target) HTTP/1.1\r\nHost: gateway\r\n\(lines)\(length)\r\n\(body)"
    }

    func post(_ port: Int) async throws -> (status: Int, body: String, headers: [String: String]) {
        let answer = await RawConnection.exchange(port, raw)
        return (answer.first.status, answer.first.body, answer.first.headers)
    }

    /// With a client that keeps connections, for many at once.
    func post(_ port: Int, with client: HTTPClient) async throws -> (status: Int, body: String) {
        var message = HTTPClientRequest(url: "http://127.0.0.1:\(port)\(target)")
        message.method = .RAW(value: method)
        for (name, value) in headers { message.headers.add(name: name, value: value) }
        if method != "GET" { message.body = .bytes(ByteBuffer(string: body)) }
        let response = try await client.execute(message, timeout: .seconds(20))
        return (Int(response.status.code), String(buffer: try await response.body.collect(upTo: 1 << 20)))
    }
}

/// The requests on the five trackers' own pages, as the sources of `examples/demo.yaml` send them.
enum Samples {
    static let json = ("Content-Type", "application/json")

    static let refCampaign = Sample(
        source: "shop", target: "/api/v1/conversions/postback", headers: [json, ("Authorization", "Bearer rc_test_demo_sender_1")],
        body: """
            {
              "externalId": "ord_42",
              "conversionType": "SALE",
              "amount": 4990,
              "currency": "EUR",
              "sessionId": "rcs_7fKj2...",
              "metadata": { "plan": "pro" }
            }
            """)
    static let refVenue = Sample(
        source: "saas", target: "/v1/track-conversion", headers: [json],
        body: """
            {
            "program_id": "prog_abc123",
            "ref_code": "JOHN123",
            "customer_email": "customer@example.com",
            "publishable_key": "pk_test_demo_sender_1",
            "conversion_type": "purchase",
            "revenue_amount": 99.99,
            "customer_ip": "203.0.113.42",
            "customer_user_agent": "Mozilla/5.0..."
            }
            """)
    static let refersion = Sample(
        source: "store", target: "/tracker/orders/paid",
        headers: [json, ("Refersion-Public-Key", "demo-public"), ("Refersion-Secret-Key", "demo-secret-key-01")],
        body: """
            {
                "cart_id": "DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY",
                "order_id": "20150401102883",
                "shipping": 9.99,
                "tax": 0.57,
                "discount": 2.25,
                "discount_code": "HOLIDAY1",
                "currency_code": "USD",
                "customer": { "first_name": "John", "last_name": "Doe", "email": "john.doe@example.com", "ip_address": "" },
                "items": [
                    { "price": 5.50, "quantity": 2, "sku": "PROD_A", "name": "Product A" },
                    { "price": 10.00, "quantity": 1, "sku": "PROD_B", "name": "Product B" },
                    { "price": 15.00, "quantity": 3, "sku": "PROD_C", "name": "Product C" }
                ]
            }
            """)
    static let trcker = Sample(
        source: "network", method: "GET",
        target: "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&click_id=a1b2c3d4-e5f6-...&amount=49.99&txn_id=order-12345"
    )
    /// Signed as the page's Python does: sorted compact JSON without `sign`, under `your_secret_key_0001`.
    static let rsTraffic = Sample(
        source: "casino", target: "/v1/event", headers: [json, ("X-RS-Source", "partner_name")],
        body: """
            {
            "clickid": "abc123def456",
            "event": "ftd",
            "status": "approved",
            "amount": "50.00",
            "currency": "USD",
            "geo": "DE",
            "sub_id_1": "fb_de_001",
            "sub_id_2": "pwa",
            "payment_method": "card",
            "timestamp": 1717000000,
            "sign": "c8fd555e2cdc1778257ef61d8b66032db0c8e2ae26ab78ec98199eff1f25acff"
            }
            """)
    static let all = [refCampaign, refVenue, refersion, trcker, rsTraffic]

    /// A RefCampaign sale from the source `shop`.
    static func sale(_ id: String, cents: Int = 4990, key: String = "rc_test_demo_sender_1", more: String = "") -> Sample {
        Sample(
            source: "shop", target: "/api/v1/conversions/postback", headers: [json, ("Authorization", "Bearer \(key)")],
            body: #"{"externalId":"\#(id)","conversionType":"SALE","amount":\#(cents),"currency":"EUR","clickId":"click-\#(id)"\#(more)}"#)
    }
}
