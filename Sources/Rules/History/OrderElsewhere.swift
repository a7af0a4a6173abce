import Mappings

/// A correction waits for its conversion, while sources that share no orders with its own have conversions with its order id.
package struct OrderElsewhere: Sendable, Equatable {
    /// The correction's.
    package var source: String
    package var orderID: String
    /// The sources that have the order, by name.
    package var holders: [String]

    /// - Parameter conversions: those with the order id, of any source.
    package init?(source: String, orderID: String?, conversions: some Sequence<ConversionRow>) {
        guard let orderID else { return nil }
        holders = Set(conversions.filter { $0.orderID == orderID && $0.source != source }.map(\.source)).sorted()
        if holders.isEmpty { return nil }
        self.source = source
        self.orderID = orderID
    }

    /// What an operator does if it is the same order.
    ///
    /// - Parameter sharing: the sources that share orders with the correction's by now.
    package func sentence(sharing: [String] = []) -> String {
        let names = holders.map { "'\($0)'" }.joined(separator: " and ")
        let have = "order_id \(orderID.quotedBriefly) came through source \(names), the correction through '\(source)'"
        if !Set(holders).isDisjoint(with: sharing) { return "\(have); they share orders now, so `gateway replay --waiting` applies it" }
        return
            "\(have), and they share no orders; if it is the same order, add shares_orders_with: [\(holders.joined(separator: ", "))] to source '\(source)', then run `gateway replay --waiting`"
    }
}
