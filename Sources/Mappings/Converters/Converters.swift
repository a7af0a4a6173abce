/// Every converter that a mapping can name; one line adds one.
package enum Converters {
    package static let all: [ConverterDescription] = [
        TextConverter.description,
        IntegerConverter.description,
        DecimalConverter.description,
        MoneyConverter.description,
        BooleanConverter.description,
        TimeConverter.description,
        CurrencyConverter.description,
        CountryConverter.description,
        EmailConverter.description,
        AddressConverter.description,
        HashConverter.description,
        ObjectConverter.description,
    ]

    package static func named(_ name: String) -> ConverterDescription? { all.first { $0.name == name } }
}
