/// A canonical field of a conversion: the name that mappings, routes, lists and the console share.
///
/// The raw value is the field's place in a conversion, of which there are 64.
package enum Field: Int, CaseIterable, Sendable {
    case type, eventName, status
    case orderID, clickID, sessionID, cartID, refCode, couponCode, affiliateID, program, offer, subscriptionID, isSubscription
    case amount, payout, shipping, tax, discount, currency
    case customerEmail, customerEmailSHA256, customerID, customerFirstName, customerLastName, customerIP, customerUserAgent, customerCountry
    case customerPhone, customerZip, customerCity, customerState, customerBirthDate, customerGender
    case pageURL
    case occurredAt, paymentMethod, reason
    /// What a correction did last, what it took back, what all of them took back, and what is left of the amount; absent on a first message.
    case update, refund, refunded, remaining
    /// The destination's own id of the conversion, from its answer. Known while a correction is sent, and never stored with a conversion.
    case there

    /// What a field's value is made of.
    package enum Kind: Sendable, Equatable {
        case text
        /// An exact decimal in major units of the conversion's currency.
        case money
        case flag
        case time
        /// One of a closed list of words.
        case word([String])
    }

    package static let types = ["lead", "signup", "trial", "install", "sale", "deposit", "redeposit", "cashout", "custom"]
    package static let statuses = ["pending", "pending_review", "approved", "rejected", "refunded", "chargeback"]
    /// What a correction changed: the status, the money that was taken back, or what the sale is worth.
    package static let updates = ["status", "refund", "amount"]

    package var kind: Kind {
        switch self {
        case .type: .word(Self.types)
        case .status: .word(Self.statuses)
        case .update: .word(Self.updates)
        case .amount, .payout, .shipping, .tax, .discount, .refund, .refunded, .remaining: .money
        case .isSubscription: .flag
        case .occurredAt: .time
        default: .text
        }
    }

    /// The dotted name, `customer.email_sha256`.
    package var name: String { Self.names[rawValue] }

    private static let names = [
        "type", "event_name", "status",
        "order_id", "click_id", "session_id", "cart_id", "ref_code", "coupon_code", "affiliate_id", "program", "offer", "subscription_id",
        "is_subscription",
        "amount", "payout", "shipping", "tax", "discount", "currency",
        "customer.email", "customer.email_sha256", "customer.id", "customer.first_name", "customer.last_name", "customer.ip",
        "customer.user_agent", "customer.country",
        "customer.phone", "customer.zip", "customer.city", "customer.state", "customer.birth_date", "customer.gender",
        "page_url",
        "occurred_at", "payment_method", "reason",
        "update", "refund", "refunded", "remaining", "there",
    ]

    private static let byName: [String: Field] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    package init?(name: String) {
        guard let field = Self.byName[name] else { return nil }
        self = field
    }

    package static let allNames: [String] = allCases.map(\.name)

    /// Fields that say which sale this is, whose click it was or who bought; at least one is what most trackers ask for.
    package static let identifiers: [Field] = [
        .clickID, .sessionID, .orderID, .cartID, .refCode, .couponCode, .affiliateID, .customerEmail, .customerEmailSHA256, .customerID,
    ]
}

extension Field {
    var bit: UInt64 { 1 << UInt64(rawValue) }

    /// Whether it says something of the person who bought.
    package var isCustomer: Bool {
        switch self {
        case .customerEmail, .customerEmailSHA256, .customerID, .customerFirstName, .customerLastName, .customerIP, .customerUserAgent,
            .customerCountry, .customerPhone, .customerZip, .customerCity, .customerState, .customerBirthDate, .customerGender:
            true
        default: false
        }
    }

    /// The closed list of words that it may hold, if it has one.
    package var words: [String]? {
        if case .word(let words) = kind { words } else { nil }
    }
}
