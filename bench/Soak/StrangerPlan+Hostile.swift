/// What a sender does who has a key of his own and means harm to the others.
extension StrangerPlan {
    private static let key = [("Authorization", "Bearer soak_hostile_key")]
    /// Refunds of one order before the order itself comes.
    private static let refunds = 2000

    static var keyed: [StrangerPlan] {
        [
            StrangerPlan(
                name: "refunds of orders that never come", hasKey: true,
                deed: .flood(rate: 100) { number, _ in refund(of: "h-never-\(number)", 1 + number) }),
            StrangerPlan(
                name: "2,000 refunds, then their order", hasKey: true,
                deed: .flood(rate: 120) { number, _ in
                    let (order, step) = number.quotientAndRemainder(dividingBy: refunds)
                    return step < refunds - 1 ? refund(of: "h-late-\(order)", 1 + step) : sale("h-late-\(order)", 1 << 30)
                }),
            StrangerPlan(
                name: "order ids of 70,000 characters", hasKey: true,
                deed: .flood(rate: 10) { number, _ in sale("\(number)-" + String(repeating: "x", count: 70_000), 100) }),
        ]
    }

    private static func refund(of order: String, _ amount: Int) -> Request {
        .json("/api/v1/conversions/refund", key, #"{"externalId":"\#(order)","amount":\#(amount)}"#)
    }

    private static func sale(_ order: String, _ amount: Int) -> Request {
        .json(
            "/api/v1/conversions/postback", key,
            #"{"externalId":"\#(order)","conversionType":"SALE","amount":\#(amount),"currency":"EUR","clickId":"hostile"}"#)
    }
}
