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

    /// The fields that have a value, a bit for each, and their values in the same order.
    private var present: UInt64 = 0
    package private(set) var values: [Value] = []
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
        values.reserveCapacity(16)
    }

    /// For expressions that are evaluated if there is no conversion, since they see one.
    static let nobody = Conversion(
        id: ConversionID(high: 0, low: 0), source: "", tracker: "", receivedAt: Timestamp(microseconds: 0))

    package subscript(_ field: Field) -> Value {
        get { has(field) ? values[place(of: field)] : .absent }
        set {
            let place = place(of: field)
            switch (has(field), newValue.isAbsent) {
            case (true, false): values[place] = newValue
            case (true, true):
                values.remove(at: place)
                present ^= field.bit
            case (false, false):
                values.append(newValue)
                values.moveLast(to: place)
                present |= field.bit
            case (false, true): break
            }
        }
    }

    package func has(_ field: Field) -> Bool { present & field.bit != 0 }

    private func place(of field: Field) -> Int { (present & (field.bit - 1)).nonzeroBitCount }

    /// The fields that have a value, in the order of `Field.allCases`.
    package var fields: some Sequence<Field> {
        sequence(state: present) { rest in
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return Field(rawValue: rest.trailingZeroBitCount)
        }
    }

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

extension [Value] {
    /// As `insert` would have it, at a third of the time, since values are moved and not replaced one by one.
    fileprivate mutating func moveLast(to place: Int) {
        let last = count - 1
        guard place < last else { return }
        withUnsafeMutableBufferPointer { values in
            let start = values.baseAddress.unsafelyUnwrapped
            let value = (start + last).move()
            (start + place + 1).moveInitialize(from: start + place, count: last - place)
            (start + place).initialize(to: value)
        }
    }
}
