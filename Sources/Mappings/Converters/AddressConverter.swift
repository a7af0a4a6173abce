/// IP addresses. Each proxy adds its own, so the value may be a list, in which the client comes first.
struct AddressConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "ip",
        summary: "an IP address as a text; of a list, or of texts with commas between them, the first that is one; without its port",
        parameters: [],
        examples: [
            .init(wire: " 203.0.113.42 ", reads: .success("203.0.113.42")),
            .init(wire: "unknown, 203.0.113.42:50123, 10.0.0.7", reads: .success("203.0.113.42")),
            .init(wire: "203.0.113.42:50123", reads: .success("203.0.113.42")),
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
            if text.bytesSatisfy({ !Self.isSeparator($0) && $0 < 0x80 }) {
                guard let address = Self.withoutPort(text) else { return .text(text) }
                context.warnings.append("\(context.field) \(text.quotedBriefly) has a port; its address, \(address), was read")
                return .text(address)
            }
            let text = text.trimmed
            let parts = text.utf8.split(whereSeparator: Self.isSeparator).map { String(Substring($0)) }
            guard let address = parts.lazy.compactMap(Self.address).first, address != text else { return .text(text) }
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

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        guard !isNumber else { return .text(String(valid: bytes)) }
        let isAlone = bytes.allSatisfy { !Self.isSeparator($0) && $0 < 0x80 && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "[") }
        return isAlone ? .text(String(valid: bytes)) : nil
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue { .string(value.description) }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard case .text(let text) = value else { return nil }
        return wires.add(.text, text)
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ",") || byte == UInt8(ascii: ";") || byte <= 0x20 }

    private func first(_ address: String, of list: String, _ context: inout ConverterContext) -> Value {
        context.warnings.append("\(context.field) \(list.quotedBriefly) is a list; its first address, \(address), was read")
        return .text(address)
    }

    /// Nil if it has no port, or is no address: of what holds a colon, only IPv4 has points and no second colon, and only IPv6 brackets.
    private static func withoutPort(_ text: String) -> String? {
        if text.bytesSatisfy({ $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "[") }) { return nil }
        guard text.utf8.first == UInt8(ascii: "[") || text.utf8.count(where: { $0 == UInt8(ascii: ":") }) == 1 else { return nil }
        return address(text)
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
