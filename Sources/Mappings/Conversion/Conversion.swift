/// One sale, lead or deposit, in the words that every tracker shares.
///
/// Built by a `MappingReader` from a sender's request and turned into a tracker's request by a `MappingWriter`. Amounts are exact decimals
/// in major units of one currency; a field that the sender left out is absent, never zero or empty.
package struct Conversion: Sendable {
    package var id: ConversionID
    /// The configured source that sent it, and the mapping it was read with.
    package var source: String
    package var tracker: String
    package var receivedAt: Timestamp

    package var values: [Value]
    /// Those of the rare fields; empty until one of them is set, so that other conversions do not carry their room along.
    private var rareValues: [Value] = []
    package var items: [Item] = []
    /// The trackers' numbered or named sub ids, in the order they came: `s1` to `s5`.
    package var subIDs: [(name: String, value: String)] = []
    /// The ids that ad platforms gave the click, by the platform's own name: `gclid`, `fbclid`, `fbp`.
    package var clickIDs: [(name: String, value: String)] = []
    /// The sender's own free-form object.
    package var metadata: JSONObject = [:]
    /// What the sender sent and no field names, by path.
    package var extra: JSONObject = [:]
    /// What was odd about the request and how it was read.
    package var warnings: [String] = []
    /// Of a sale that is sent as what is left of it, since the tracker never received the whole; never stored.
    package var remainder: Remainder?
    /// Of a conversion that is one line of an order, since each is sent by itself; never stored.
    package var line: Line?

    package init(id: ConversionID, source: String, tracker: String, receivedAt: Timestamp) {
        self.id = id
        self.source = source
        self.tracker = tracker
        self.receivedAt = receivedAt
        values = Array(repeating: .absent, count: Field.usual.count)
    }

    package subscript(_ field: Field) -> Value {
        get {
            if !field.isRare { return values[field.rawValue] }
            return rareValues.isEmpty ? .absent : rareValues[field.rawValue - Field.firstRare.rawValue]
        }
        set {
            if !field.isRare {
                values[field.rawValue] = newValue
                return
            }
            if rareValues.isEmpty {
                if newValue.isAbsent { return }
                rareValues = Array(repeating: .absent, count: Field.allCases.count - Field.usual.count)
            }
            rareValues[field.rawValue - Field.firstRare.rawValue] = newValue
        }
    }

    /// All fields that may have a value here, in the order of `Field.allCases`.
    package var fields: [Field] { rareValues.isEmpty ? Field.usual : Field.allCases }

    package func text(_ field: Field) -> String? { self[field].text }

    package var currency: Currency? { text(.currency).flatMap { Currency(code: $0) } }

    package func subID(_ name: String) -> String? { subIDs.first { $0.name == name }?.value }

    package func clickID(_ name: String) -> String? { clickIDs.first { $0.name == name }?.value }

    /// An empty value removes it.
    package mutating func setSubID(_ name: String, _ value: String) { Self.set(name, value, in: &subIDs) }

    /// An empty value removes it.
    package mutating func setClickID(_ name: String, _ value: String) { Self.set(name, value, in: &clickIDs) }

    private static func set(_ name: String, _ value: String, in list: inout [(name: String, value: String)]) {
        if value.isEmpty {
            list.removeAll { $0.name == name }
        } else if let index = list.firstIndex(where: { $0.name == name }) {
            list[index].value = value
        } else {
            list.append((name, value))
        }
    }

    /// What an amount was before a part went back. A class, since hardly any conversion has one.
    package final class Remainder: Sendable {
        let amount: ExactDecimal
        let refunded: ExactDecimal

        init(of amount: ExactDecimal, without refunded: ExactDecimal) {
            (self.amount, self.refunded) = (amount, refunded)
        }
    }

    /// Which line it is, and of which order.
    package final class Line: Sendable {
        /// From 0.
        let index: Int
        /// The lines of the whole order.
        let order: [Item]

        init(_ index: Int, of order: [Item]) { (self.index, self.order) = (index, order) }
    }

    /// With one of its items alone.
    ///
    /// - Parameter line: from 0.
    package func alone(_ line: Int) -> Conversion {
        var one = self
        one.items = [items[line]]
        one.line = Line(line, of: items)
        return one
    }

    /// With all of the order's items, if it is one line of it.
    var whole: Conversion {
        guard let line else { return self }
        var order = self
        order.items = line.order
        order.line = nil
        return order
    }

    /// The same on every try at every tracker: the order id, else the conversion's own id.
    package var idempotencyID: String { text(.orderID) ?? id.description }
}
