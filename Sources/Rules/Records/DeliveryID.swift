import Mappings

/// One conversion owed to one destination. As text: `<conversion id>:<destination>`.
package struct DeliveryID: Sendable, Hashable, CustomStringConvertible {
    package var conversion: ConversionID
    package var destination: String

    package var description: String { "\(conversion):\(destination)" }

    package init(conversion: ConversionID, destination: String) {
        self.conversion = conversion
        self.destination = destination
    }

    package init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let id = ConversionID(text[..<colon]), colon != text.index(before: text.endIndex) else {
            return nil
        }
        self.init(conversion: id, destination: String(text[text.index(after: colon)...]))
    }
}
