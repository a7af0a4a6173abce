/// One sale, lead or deposit, in the words that every tracker shares.
///
/// Built by a `MappingReader` from a sender's request and turned into a tracker's request by a `MappingWriter`. Amounts are exact decimals
/// in major units of one currency; a field that the sender left out is absent, never zero or empty.
///
/// A copy is one reference; whoever changes a conversion that has another owner gets contents of his own first.
package struct Conversion: @unchecked Sendable {
    private var contents: Contents

    package init(id: ConversionID, source: String, tracker: String, receivedAt: Timestamp) {
        contents = .make(Header(id: id, source: source, tracker: tracker, receivedAt: receivedAt))
    }

    /// For expressions that are evaluated if there is no conversion, since they see one.
    static let nobody = Conversion(
        id: ConversionID(high: 0, low: 0), source: "", tracker: "", receivedAt: Timestamp(microseconds: 0))

    private static let fieldCount = Field.there.rawValue + 1

    private struct Header {
        var id: ConversionID
        var source: String
        var tracker: String
        var receivedAt: Timestamp
        /// The fields that have a value, a bit for each.
        var present: UInt64 = 0
        var items: [Item] = []
        var subIDs: [(name: String, value: String)] = []
        var clickIDs: [(name: String, value: String)] = []
        var metadata: JSONObject = [:]
        var extra: JSONObject = [:]
        var warnings: [String] = []
        var remainder: Remainder?
        var line: Line?
    }

    /// The header, and behind it a place for the value of each field. Places without a value are never written.
    private final class Contents: ManagedBuffer<Header, Value> {
        static func make(_ header: Header) -> Contents {
            unsafeDowncast(create(minimumCapacity: Conversion.fieldCount) { _ in header }, to: Contents.self)
        }

        var copy: Contents {
            let copy = Contents.make(place.pointee)
            forEachPlace { (copy.values + $0).initialize(to: values[$0]) }
            return copy
        }

        @inline(__always)
        var values: UnsafeMutablePointer<Value> { withUnsafeMutablePointerToElements { $0 } }

        @inline(__always)
        var place: UnsafeMutablePointer<Header> { withUnsafeMutablePointerToHeader { $0 } }

        deinit { forEachPlace { (values + $0).deinitialize(count: 1) } }

        @inline(__always)
        private func forEachPlace(_ body: (Int) -> Void) {
            var rest = place.pointee.present
            while rest != 0 {
                body(rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }

    @inline(__always)
    private mutating func own() {
        if !isKnownUniquelyReferenced(&contents) { contents = contents.copy }
    }

    private var header: Header {
        @inline(__always) _read { yield contents.place.pointee }
        @inline(__always) _modify {
            own()
            yield &contents.place.pointee
        }
    }

    package var id: ConversionID {
        _read { yield header.id }
        _modify { yield &header.id }
    }

    /// The configured source that sent it, and the mapping it was read with.
    package var source: String {
        _read { yield header.source }
        _modify { yield &header.source }
    }

    package var tracker: String {
        _read { yield header.tracker }
        _modify { yield &header.tracker }
    }

    package var receivedAt: Timestamp {
        _read { yield header.receivedAt }
        _modify { yield &header.receivedAt }
    }

    package var items: [Item] {
        _read { yield header.items }
        _modify { yield &header.items }
    }

    /// The trackers' numbered or named sub ids, in the order they came: `s1` to `s5`.
    package var subIDs: [(name: String, value: String)] {
        _read { yield header.subIDs }
        _modify { yield &header.subIDs }
    }

    /// The ids that ad platforms gave the click, by the platform's own name: `gclid`, `fbclid`, `fbp`.
    package var clickIDs: [(name: String, value: String)] {
        _read { yield header.clickIDs }
        _modify { yield &header.clickIDs }
    }

    /// The sender's own free-form object.
    package var metadata: JSONObject {
        _read { yield header.metadata }
        _modify { yield &header.metadata }
    }

    /// What the sender sent and no field names, by path.
    package var extra: JSONObject {
        _read { yield header.extra }
        _modify { yield &header.extra }
    }

    /// What was odd about the request and how it was read.
    package var warnings: [String] {
        _read { yield header.warnings }
        _modify { yield &header.warnings }
    }

    /// Of a sale that is sent as what is left of it, since the tracker never received the whole; never stored.
    package var remainder: Remainder? {
        _read { yield header.remainder }
        _modify { yield &header.remainder }
    }

    /// Of a conversion that is one line of an order, since each is sent by itself; never stored.
    package var line: Line? {
        _read { yield header.line }
        _modify { yield &header.line }
    }

    package subscript(_ field: Field) -> Value {
        get { has(field) ? contents.values[field.rawValue] : .absent }
        set {
            own()
            let place = contents.values + field.rawValue
            switch (has(field), newValue.isAbsent) {
            case (true, false): place.pointee = newValue
            case (true, true):
                place.deinitialize(count: 1)
                contents.place.pointee.present ^= field.bit
            case (false, false):
                place.initialize(to: newValue)
                contents.place.pointee.present |= field.bit
            case (false, true): break
            }
        }
    }

    /// The field as far as arithmetic looks at it.
    func figure(_ field: Field) -> Formula.Figure { has(field) ? Formula.Figure(contents.values[field.rawValue]) : .absent }

    package func has(_ field: Field) -> Bool { contents.place.pointee.present & field.bit != 0 }

    /// The fields that have a value, in the order of `Field.allCases`.
    package var fields: some Sequence<Field> {
        sequence(state: contents.place.pointee.present) { rest in
            guard rest != 0 else { return nil }
            defer { rest &= rest - 1 }
            return Field(rawValue: rest.trailingZeroBitCount)
        }
    }

    /// The values of `fields`.
    package var values: [Value] { fields.map { self[$0] } }

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
