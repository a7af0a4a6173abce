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
            an amount in `major` or `minor` units of the request's currency; more decimals than the currency has are kept with a warning, and \
            rounded half up where minor units cannot hold them, unless a word says otherwise: refuse, a mode that rounds in both directions \
            (half_up, half_even, down, up), or precise, which keeps them without a warning for a computed field to round; binary noise in \
            major units (63.749999999999996) is undone, in minor units only with float_noise; signed lets negative amounts pass; text writes a \
            JSON string
            """,
        parameters: [
            ["major", "minor"], ["exact", "refuse", "half_up", "half_even", "down", "up", "precise"], ["plain", "float_noise"],
            ["unsigned", "signed"],
            ["number", "text"],
        ],
        reads: .number,
        takesSetting: true,
        examples: [
            .init(parameters: ["major"], currency: "EUR", wire: .number("49.9"), reads: .success("49.9")),
            .init(parameters: ["minor"], currency: "EUR", wire: 4990, reads: .success("49.9")),
            .init(parameters: ["minor"], currency: "JPY", wire: 4990, reads: .success("4990")),
            .init(parameters: ["major"], currency: "USD", wire: .number("63.749999999999996"), reads: .success("63.75")),
            .init(parameters: ["major"], currency: "USD", wire: "4.1472", reads: .success("4.1472")),
            .init(parameters: ["major", "half_up"], currency: "USD", wire: .number("3.335"), reads: .success("3.34")),
            .init(
                parameters: ["major", "refuse"], currency: "EUR", wire: "12.505",
                reads: .failure(FieldFailure("value '12.505' has 3 decimals but EUR has 2"))),
            .init(
                parameters: ["minor"], currency: "EUR", wire: .number("49.90"),
                reads: .failure(FieldFailure("value '49.90' must be a whole number of minor units (EUR: 49.90 is 4990)"))),
        ],
        make: { words in
            let format = MoneyFormat(
                unit: MoneyFormat.Unit(rawValue: words[0]) ?? .major, surplus: SurplusRule(word: words[1]),
                toleratesFloatNoise: words[2] == "float_noise", allowsNegative: words[3] == "signed")
            return MoneyConverter(format: format, isPrecise: words[1] == "precise", isTextOnWire: words[4] == "text")
        }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be an amount, found \(value.quoted)") }
        if context.awaitsCurrency, context.currency == nil, format.unit == .minor { return try readMinorUnits(value, &context) }
        do {
            let isFree = isPrecise && format.unit == .major
            let reading = try format(context).read(text, currency: isFree ? nil : context.currency, exponents: context.exponents)
            if let note = reading.note { context.warnings.append(Self.warning(note, of: reading.amount, text, context.field)) }
            return .number(reading.amount)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: text))
        }
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        if context.awaitsCurrency, context.currency == nil, format.unit == .minor { return nil }
        let isFree = isPrecise && format.unit == .major
        let reading = try? format(context).read(bytes, currency: isFree ? nil : context.currency, exponents: context.exponents)
        guard let reading, reading.note == nil else { return nil }
        return .number(reading.amount)
    }

    private func format(_ context: borrowing ConverterContext) -> MoneyFormat {
        guard let rule = context.surplus else { return format }
        var format = format
        format.surplus = rule
        return format
    }

    private static func warning(_ note: MoneyFormat.Note, of amount: ExactDecimal, _ text: String, _ field: String) -> String {
        switch note {
        case .noise: "\(field) \(text.quotedBriefly) was read as \(amount): binary noise"
        case .rounded: "\(field) \(text.quotedBriefly) was rounded to \(amount)"
        case .surplus(let currency, let exponent):
            "\(field) \(text.quotedBriefly) has \(amount.decimals) decimal\(amount.decimals == 1 ? "" : "s") and \(currency) has \(exponent); all are kept"
        }
    }

    /// Minor units of a currency that is not known yet.
    private func readMinorUnits(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        let number: ExactDecimal
        do {
            number = try ExactDecimal(parsing: value.text ?? "")
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: value.text ?? "", minorUnitsOf: nil, exponent: 2))
        }
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
        let format = format(context)
        let sent: ExactDecimal?
        do {
            sent = try format.write(amount, currency: context.currency, exponents: context.exponents, into: &bytes)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: amount.description))
        }
        if sent != nil || context.exact != nil { try note(amount, sentAs: bytes, isRounded: sent != nil, &context) }
        let text = bytes.withUnsafeBufferPointer { String(valid: $0) }
        return isTextOnWire ? .string(text) : .number(text)
    }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard case .number(let amount) = value, context.exact == nil else { return nil }
        let (format, currency, exponents) = (format(context), context.currency, context.exponents)
        return wires.add(isTextOnWire ? .text : .number) { wires in
            var wires = wires
            do throws(MoneyError) {
                return try format.write(amount, currency: currency, exponents: exponents, into: &wires) == nil
            } catch {
                return false
            }
        }
    }

    /// Warns of an amount that the tracker gets rounded, in the tracker's own unit: `amount: 4.1472 USD sent as 415 cents`.
    private func note(
        _ amount: ExactDecimal, sentAs bytes: [UInt8], isRounded: Bool, _ context: inout ConverterContext
    ) throws(FieldFailure) {
        let exact = isRounded ? amount : context.exact?.exact ?? amount
        guard isRounded || exact != amount, let currency = context.currency else { return }
        if amount.isZero, !isRounded, context.exact?.isStep == true {
            throw FieldFailure(
                "\(context.field) of \(exact) \(currency) is too little for this tracker's unit; it is sent with what comes next")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let unit =
            switch (format.unit, context.exponents.exponent(of: currency)) {
            case (.major, _): ""
            case (.minor, 2): text == "1" ? " cent" : " cents"
            case (.minor, _): " minor units"
            }
        let warning = "\(context.field): \(exact) \(currency) sent as \(text)\(unit)"
        if !context.warnings.contains(warning) { context.warnings.append(warning) }
    }
}
