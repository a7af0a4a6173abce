/// One line of an order. The price is for one piece, with as many decimals as the sender gave.
package struct Item: Sendable, Hashable {
    private var sku = Value.absent
    private var name = Value.absent
    private var quantity = Value.absent
    private var unitPrice = Value.absent

    package init() {}

    package init(sku: String? = nil, name: String? = nil, quantity: ExactDecimal? = nil, unitPrice: ExactDecimal? = nil) {
        self[.sku] = sku.map(Value.text) ?? .absent
        self[.name] = name.map(Value.text) ?? .absent
        self[.quantity] = quantity.map(Value.number) ?? .absent
        self[.unitPrice] = unitPrice.map(Value.number) ?? .absent
    }

    package enum Part: Int, CaseIterable, Sendable {
        case sku, name, quantity, unitPrice

        package var wireName: String { ["sku", "name", "quantity", "unit_price"][rawValue] }
        package var isNumber: Bool { self == .quantity || self == .unitPrice }

        package init?(name: String) {
            guard let part = Self.allCases.first(where: { $0.wireName == name }) else { return nil }
            self = part
        }
    }

    package subscript(_ part: Part) -> Value {
        get {
            switch part {
            case .sku: sku
            case .name: name
            case .quantity: quantity
            case .unitPrice: unitPrice
            }
        }
        set {
            switch part {
            case .sku: sku = newValue
            case .name: name = newValue
            case .quantity: quantity = newValue
            case .unitPrice: unitPrice = newValue
            }
        }
    }
}
