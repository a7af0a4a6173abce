/// One line of an order. The price is for one piece before any discount, with as many decimals as the sender gave.
package struct Item: Sendable, Hashable {
    private var sku = Value.absent
    private var name = Value.absent
    private var quantity = Value.absent
    private var unitPrice = Value.absent
    /// Of the rare parts; empty unless one of them is there.
    private var rare: [Value] = []

    package init() {}

    package init(sku: String? = nil, name: String? = nil, quantity: ExactDecimal? = nil, unitPrice: ExactDecimal? = nil) {
        self[.sku] = sku.map(Value.text) ?? .absent
        self[.name] = name.map(Value.text) ?? .absent
        self[.quantity] = quantity.map(Value.number) ?? .absent
        self[.unitPrice] = unitPrice.map(Value.number) ?? .absent
    }

    package enum Part: Int, CaseIterable, Sendable {
        case sku, name, quantity, unitPrice
        /// A discount is of the whole line, and `total` is what the line costs after it. Few senders give these.
        case category, discount, total

        package var wireName: String { Self.names[rawValue] }
        package var isNumber: Bool {
            switch self {
            case .quantity, .unitPrice, .discount, .total: true
            case .sku, .name, .category: false
            }
        }

        private static let names = ["sku", "name", "quantity", "unit_price", "category", "discount", "total"]
        fileprivate static let firstRare = Part.category
        fileprivate static let usual: [Part] = [.sku, .name, .quantity, .unitPrice]

        package init?(name: String) {
            guard let part = Self.allCases.first(where: { $0.wireName == name }) else { return nil }
            self = part
        }
    }

    package subscript(_ part: Part) -> Value {
        @inline(__always) get {
            switch part {
            case .sku: sku
            case .name: name
            case .quantity: quantity
            case .unitPrice: unitPrice
            case .category, .discount, .total: rare.isEmpty ? .absent : rare[part.rawValue - Part.firstRare.rawValue]
            }
        }
        set {
            switch part {
            case .sku: sku = newValue
            case .name: name = newValue
            case .quantity: quantity = newValue
            case .unitPrice: unitPrice = newValue
            case .category, .discount, .total: setRare(part, newValue)
            }
        }
    }

    /// All parts that may have a value here.
    package var parts: [Part] { rare.isEmpty ? Part.usual : Part.allCases }

    private mutating func setRare(_ part: Part, _ value: Value) {
        if rare.isEmpty {
            if value.isAbsent { return }
            rare = Array(repeating: .absent, count: Part.allCases.count - Part.usual.count)
        }
        rare[part.rawValue - Part.firstRare.rawValue] = value
        if value.isAbsent, rare.allSatisfy(\.isAbsent) { rare = [] }
    }
}
