/// Currency codes, upper-cased: ISO 4217 only, or any that a network has invented.
struct CurrencyConverter: FieldConverter {
    let rule: Currency.Rule

    static let description = ConverterDescription(
        name: "currency",
        summary: "a currency code: `currency(iso)` takes active ISO 4217 codes, `currency(any)` takes others such as USDT too",
        parameters: [["iso", "any"]],
        examples: [
            .init(wire: "eur", reads: .success("EUR")),
            .init(parameters: ["any"], wire: "usdt", reads: .success("USDT")),
            .init(wire: "EURO", reads: .failure(FieldFailure("value 'EURO' is not an ISO 4217 code; the nearest is EUR"))),
        ],
        make: { CurrencyConverter(rule: $0[0] == "any" ? .any : .iso) }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a currency code, found \(value.quoted)") }
        // A code that is given an exponent is a known one.
        let code = text.trimmed
        if rule == .iso, let currency = Currency(code: code), context.exponents.exponent(of: currency) != nil {
            return .text(code.bytesSatisfy { $0 < 0x60 } ? code : currency.code)
        }
        do {
            return .text(try Currency.parse(text, rule: rule).code)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: text))
        }
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        guard !isNumber, rule == .iso, let currency = Currency(code: bytes), context.exponents.exponent(of: currency) != nil else {
            return nil
        }
        return .text(currency.code)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        _ = try read(.string(value.description), &context)
        return .string(value.description)
    }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard case .text(let text) = value, Currency(code: text)?.minorUnits != nil else { return nil }
        return wires.add(.text, text)
    }
}
