import Crypto
import Foundation

/// How a sender words a sale: the five trackers' requests, written here by hand, and their replies read by hand.
enum Dialect: String, CaseIterable, Sendable {
    case refCampaign, refVenue, refersion, trcker, rsTraffic

    var hasOrderID: Bool { self == .refCampaign || self == .refersion || self == .trcker }

    /// Whether it has a call that takes money back.
    var hasRefunds: Bool { self == .refCampaign }

    /// The member of the stored conversion that holds the click: what each dialect calls its identifier.
    var clickField: String {
        switch self {
        case .refCampaign, .trcker, .rsTraffic: "click_id"
        case .refVenue: "ref_code"
        case .refersion: "cart_id"
        }
    }

    /// The source's name in the gateway's configuration.
    var source: String {
        switch self {
        case .refCampaign: "shop"
        case .refVenue: "saas"
        case .refersion: "store"
        case .trcker: "network"
        case .rsTraffic: "casino"
        }
    }

    static let sources = """
        sources:
          shop: { tracker: refcampaign, credentials: { api_key: soak_key_of_the_shop } }
          saas: { tracker: refvenue, credentials: { publishable_key: soak_publishable }, defaults: { currency: USD } }
          store: { tracker: refersion, credentials: { public_key: soak_public, secret_key: soak_secret_of_the_store } }
          network: { tracker: trcker, credentials: { postback_secret: soak_postback_secret } }
          casino: { tracker: rs-traffic, credentials: { secret: soak_signing_secret }, settings: { partner: soak }, timestamp_tolerance: off }
        """

    func request(_ sale: Sale) -> Request {
        let amount = sale.coin.text(sale.amount)
        switch self {
        case .refCampaign:
            return .json(
                "/api/v1/conversions/postback", [("Authorization", "Bearer soak_key_of_the_shop")],
                #"{"externalId":"\#(sale.key)","conversionType":"SALE","amount":\#(sale.amount),"currency":"\#(sale.coin.code)","clickId":"\#(sale.click)"}"#
            )
        case .refVenue:
            return .json(
                "/v1/track-conversion", [],
                #"{"publishable_key":"soak_publishable","program_id":"p-1","ref_code":"\#(sale.click)","customer_email":"\#(sale.key)@example.com","conversion_type":"purchase","revenue_amount":\#(amount)}"#
            )
        case .refersion:
            return .json(
                "/tracker/orders/paid", [("Refersion-Public-Key", "soak_public"), ("Refersion-Secret-Key", "soak_secret_of_the_store")],
                refersionOrder(sale))
        case .trcker:
            return Request(
                method: "GET",
                target: "/api/postback/b/o?click_id=\(sale.click)&amount=\(amount)&currency=\(sale.coin.code)&txn_id=\(sale.key)",
                headers: [("X-Postback-Secret", "soak_postback_secret")])
        case .rsTraffic:
            // "If not provided, the time of receipt is used": provided, so that a second try is the same event.
            let body =
                #"{"clickid":"\#(sale.click)","event":"ftd","status":"approved","amount":"\#(amount)","currency":"\#(sale.coin.code)","timestamp":\#(1_717_000_000 + sale.number)}"#
            let key = SymmetricKey(data: Data("soak_signing_secret".utf8))
            let sign = HMAC<SHA256>.authenticationCode(for: Data(body.utf8), using: key).map { String(format: "%02x", $0) }.joined()
            return .json("/v1/event", [("X-RS-Source", "soak"), ("X-RS-Sign", sign)], body)
        }
    }

    func refund(_ amount: Int, of sale: Sale) -> Request {
        .json(
            "/api/v1/conversions/refund", [("Authorization", "Bearer soak_key_of_the_shop")],
            #"{"externalId":"\#(sale.key)","amount":\#(amount)}"#)
    }

    /// Two lines and a discount that come to the amount.
    private func refersionOrder(_ sale: Sale) -> String {
        let quantity = 2 + sale.amount % 3
        let discount = sale.amount % 50
        let price = sale.amount / quantity
        let rest = sale.amount - price * quantity + discount
        let coin = sale.coin
        let items =
            #"[{"price":\#(coin.text(price)),"quantity":\#(quantity),"sku":"A"},{"price":\#(coin.text(rest)),"quantity":1,"sku":"B"}]"#
        return
            #"{"cart_id":"\#(sale.click)","order_id":"\#(sale.key)","currency_code":"\#(coin.code)","discount":\#(coin.text(discount)),"items":\#(items)}"#
    }

    /// Whether an answer acknowledges a sale; nil if it does not, whatever its status.
    func acknowledgement(_ answer: Answer) -> Acknowledgement? {
        guard let body = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any] else { return nil }
        switch self {
        case .refCampaign where answer.status == 200 && body["success"] as? Bool == true:
            return Acknowledgement(id: body["conversionId"] as? String, isRepeat: body["message"] != nil)
        case .refersion where answer.status == 200 && body["success"] as? Bool == true:
            return Acknowledgement(id: body["conversion_id"] as? String, isRepeat: body["message"] != nil)
        case .refVenue where answer.status == 200 && body["success"] as? Bool == true:
            return Acknowledgement(id: body["conversion_id"] as? String, isRepeat: false)
        case .refVenue where answer.status == 409:
            return Acknowledgement(id: nil, isRepeat: true)
        case .trcker where answer.status == 200:
            let data = body["data"] as? [String: Any]
            switch data?["status"] as? String {
            case "ok": return Acknowledgement(id: data?["conversionId"] as? String, isRepeat: false)
            case "duplicate": return Acknowledgement(id: nil, isRepeat: true)
            default: return nil
            }
        case .rsTraffic where answer.status == 200:
            switch body["status"] as? String {
            case "ok": return Acknowledgement(id: body["id"] as? String, isRepeat: false)
            case "duplicate": return Acknowledgement(id: body["id"] as? String, isRepeat: true)
            default: return nil
            }
        default: return nil
        }
    }
}

/// What a tracker's reply says of a sale: it is known, and under which id if the dialect has one.
struct Acknowledgement: Sendable {
    var id: String?
    var isRepeat: Bool
}

struct Request: Sendable {
    var method: String
    var target: String
    var headers: [(String, String)]
    var body = ""

    static func json(_ target: String, _ headers: [(String, String)], _ body: String) -> Request {
        Request(method: "POST", target: target, headers: headers + [("Content-Type", "application/json")], body: body)
    }
}

struct Answer: Sendable {
    var status: Int
    var retryAfter: String?
    var body: String
}
