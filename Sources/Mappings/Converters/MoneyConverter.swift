/// Amounts in a request: in major units (`49.90`) or in minor units (`4990`), declared, never guessed from the look of the number.
struct MoneyConverter: FieldConverter {
    let format: MoneyFormat
    /// Keeps all decimals that were sent, for amounts that a computed field adds and rounds once.
    let isPrecise: Bool
    /// Written as a JSON string: `"50.00"`.
    let isTextOnWire: Bool

    static let description = ConverterDescription(
        name: "money",
        summary: """
            an amount in `major` or `minor` units of the request's currency; more decimals than the currency has are refused unless a \
            rounding mode is named (half_up, half_even, down, up) or precise keeps them for a computed field to round; float_noise reads 63.749999999999996 as 63.75; signed lets negative \
            amounts pass; text writes a JSON string
            """,
        parameters: [
            ["major", "minor"], ["exact", "half_up", "half_even", "down", "up", "precise"], ["plain", "float_noise"],
            ["unsigned", "signed"],
            ["number", "text"],
        ],
        reads: .number,
        takesSetting: true,
        examples: [
            .init(parameters: ["major"], currency: "EUR", wire: .number("49.9"), reads: .success("49.9")),
            .init(parameters: ["minor"], currency: "EUR", wire: 4990, reads: .success("49.9")),
            .init(parameters: ["minor"], currency: "JPY", wire: 4990, reads: .success("4990")),
            .init(parameters: ["major", "float_noise"], currency: "USD", wire: .number("63.749999999999996"), reads: .success("63.75")),
            .init(parameters: ["major", "half_up"], currency: "USD", wire: .number("3.335"), reads: .success("3.34")),
            .init(
                parameters: ["major"], currency: "EUR", wire: "12.505",
                reads: .failure(FieldFailure("value '12.505' has 3 decimals but EUR has 2"))),
            .init(
                parameters: ["minor"], currency: "EUR", wire: .number("49.90"),
                reads: .failure(FieldFailure("value '49.90' must be a whole number of minor units (EUR: 49.90 is 4990)"))),
        ],
        make: { words in
            let format = MoneyFormat(
                unit: MoneyFormat.Unit(rawValue: words[0]) ?? .major, rounding: RoundingMode(rawValue: words[1]),
                toleratesFloatNoise: words[2] == "float_noise", allowsNegative: words[3] == "signed")
            return MoneyConverter(format: format, isPrecise: words[1] == "precise", isTextOnWire: words[4] == "text")
        }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be an amount, found \(value.quoted)") }
        if context.awaitsCurrency, context.currency == nil, format.unit == .minor { return try readMinorUnits(value, &context) }
        do {
            let isFree = isPrecise && format.unit == .major
            let reading = try format.read(text, currency: isFree ? nil : context.currency, exponents: context.exponents)
            if reading.noiseRemoved {
                context.warnings.append("\(context.field) \(text.quotedBriefly) was read as \(reading.amount): binary noise")
            }
            return .number(reading.amount)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: text))
        }
    }

    /// Minor units of a currency that is not known yet.
    private func readMinorUnits(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        let number = try DecimalConverter.number(value, &context)
        guard number.isInteger, value.text?.contains(".") == false else {
            throw FieldFailure("\(context.field) \(value.quoted) must be a whole number of minor units, such as 4990 for EUR 49.90")
        }
        if number.isNegative, !format.allowsNegative {
            throw FieldFailure(MoneyError.negative.sentence(field: context.field, value: value.text ?? ""))
        }
        return .number(number)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        guard case .number(let amount) = value else {
            throw FieldFailure("\(context.field) must be an amount, found \(value.description.quotedBriefly)")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(15)
        do {
            try format.write(amount, currency: context.currency, exponents: context.exponents, into: &bytes)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: amount.description))
        }
        let text = String(decoding: bytes, as: UTF8.self)
        return isTextOnWire ? .string(text) : .number(text)
    }
}
