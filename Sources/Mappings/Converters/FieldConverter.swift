/// Turns one wire value into a canonical one and back: what a field's `as:` names.
///
/// Both directions are pure and total: a value that does not fit gives a sentence that names the field and quotes the value.
package protocol FieldConverter: Sendable {
    /// Never called with an absent value.
    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value
    /// Never called with an absent value. `.absent` leaves the field out.
    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue
    /// What `read` makes of a text or number of the body, for the usual value: one of which nothing else is to be said. Nil leaves it to `read`.
    ///
    /// - Parameter bytes: UTF-8; a text's begin and end with a visible ASCII character.
    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value?
    /// What `write` makes of the usual value, written into the list: one of which nothing else is to be said. Nil leaves it to `write`.
    ///
    /// - Parameter value: a text begins and ends with a visible ASCII character.
    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot?
}

extension FieldConverter {
    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? { nil }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? { nil }
}

/// What a converter knows of the request around its field: the name that sentences use, and the currency that turns minor units into an amount.
package struct ConverterContext {
    /// The field's wire name, for sentences.
    package var field: String
    package var currency: Currency?
    package var exponents: CurrencyExponents
    /// Whether only the stored conversion may know the currency, because the request is a correction: minor units are then kept as sent.
    package var awaitsCurrency = false
    /// What the source or destination says about surplus decimals; it wins over the mapping's word.
    package var surplus: SurplusRule?
    /// A correction whose amounts were rounded before they are written, so that they add up at the tracker.
    var unrounded: UnroundedCorrection?
    /// Of `unrounded`: the amount of the field that is written.
    var exact: UnroundedCorrection.Amount?
    /// The optional field that kept the request from being written, and why. The request can be written without it.
    var unfit: (path: FieldPath, sentence: String)?
    package var warnings: [String] = []

    package init(field: String = "value", currency: Currency? = nil, exponents: CurrencyExponents = CurrencyExponents()) {
        self.field = field
        self.currency = currency
        self.exponents = exponents
    }
}

/// Why one value does not fit.
package struct FieldFailure: Error, Sendable, Equatable {
    package var sentence: String

    package init(_ sentence: String) { self.sentence = sentence }
}

/// What the documentation and the tests know of a converter.
package struct ConverterDescription: Sendable {
    package var name: String
    /// What it does, in a sentence.
    package var summary: String
    /// The words it takes in brackets, by place; the first of each is used if none is given.
    package var parameters: [[String]]
    /// What it reads; nil for a whole object.
    package var reads: Expression.Kind? = .text
    /// A setting may be in the first place, `money(settings.amount_unit)`.
    package var takesSetting = false
    package var examples: [Example]
    /// Makes the converter from one word for each of `parameters`.
    package var make: @Sendable ([String]) -> any FieldConverter
    /// Makes it from texts in quotes, `time("yyyy-MM-dd", "+01:00")`, if it takes any; the sentence says what is wrong with them.
    package var makeFromTexts: (@Sendable ([String]) throws(FieldFailure) -> any FieldConverter)? = nil

    /// One value in, as JSON, and what comes of it.
    package struct Example: Sendable {
        package var parameters: [String] = []
        package var currency: String? = nil
        package var wire: JSONValue
        package var reads: Result<String, FieldFailure>
    }
}
