import Mappings

/// One conversion owed to one destination. As text: `<conversion id>:<destination>`.
struct DeliveryID: Sendable, Hashable, CustomStringConvertible {
    var conversion: ConversionID
    var destination: String

    var description: String { "\(conversion):\(destination)" }

    init(conversion: ConversionID, destination: String) {
        self.conversion = conversion
        self.destination = destination
    }

    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), let id = ConversionID(text[..<colon]), colon != text.index(before: text.endIndex) else {
            return nil
        }
        self.init(conversion: id, destination: String(text[text.index(after: colon)...]))
    }
}
