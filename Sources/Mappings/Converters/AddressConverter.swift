/// IP addresses. Each proxy adds its own, so the value may be a list, in which the client comes first.
struct AddressConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "ip",
        summary: "an IP address as a text; of a list, or of texts with commas between them, the first that is one",
        parameters: [],
        examples: [
            .init(wire: " 203.0.113.42 ", reads: .success("203.0.113.42")),
            .init(wire: "unknown, 203.0.113.42:50123, 10.0.0.7", reads: .success("203.0.113.42")),
            .init(wire: ["2001:db8::1", "10.0.0.7"], reads: .success("2001:db8::1")),
            .init(wire: "not known", reads: .success("not known")),
            .init(wire: true, reads: .failure(FieldFailure("value must be an address, found true"))),
        ],
        make: { _ in AddressConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        switch value {
        case .number(let text): return .text(text)
        case .string(let text):
            if text.utf8.allSatisfy({ !Self.isSeparator($0) && $0 < 0x80 }) { return .text(text) }
            let text = text.trimmed
            let parts = text.utf8.split(whereSeparator: Self.isSeparator).map { String(Substring($0)) }
            guard parts.count > 1, let address = parts.lazy.compactMap(Self.address).first else { return .text(text) }
            return first(address, of: text, &context)
        case .tree(.array(let elements)):
            let texts = elements.compactMap { if case .string(let text) = $0 { text.trimmed } else { nil } }
            guard let address = texts.lazy.compactMap(Self.address).first else {
                throw FieldFailure("\(context.field) must be an address, found a list without one")
            }
            return first(address, of: texts.joined(separator: ", "), &context)
        default: throw FieldFailure("\(context.field) must be an address, found \(value.quoted)")
        }
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue { .string(value.description) }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte <= 0x20 }

    private func first(_ address: String, of list: String, _ context: inout ConverterContext) -> Value {
        context.warnings.append("\(context.field) \(list.quotedBriefly) is a list; its first address, \(address), was read")
        return .text(address)
    }

    /// The address as it is written, without a port and brackets.
    private static func address(_ text: String) -> String? {
        if IPAddress(text) != nil { return text }
        var host = text[...]
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        return IPAddress(host) == nil ? nil : String(host)
    }
}
