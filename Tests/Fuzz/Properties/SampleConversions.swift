import Mappings

/// Conversions that properties are tried on: a full one, an empty one, and one whose values look like something else.
enum SampleConversions {
    static let receivedAt = Timestamp(seconds: 1_763_600_000)
    static let id = ConversionID(at: receivedAt, random: (0, 1))
    static let identity = MappingReader.Identity(id: id, source: "shop", receivedAt: receivedAt)

    static let all: [Conversion] = [full, Conversion(id: id, source: "shop", tracker: "acme", receivedAt: receivedAt), strange, dots]

    private static let full: Conversion = {
        var conversion = Conversion(id: id, source: "shop", tracker: "acme", receivedAt: receivedAt)
        for field in Field.allCases {
            switch field.kind {
            case .text: conversion[field] = .text("v-\(field.rawValue)")
            case .word(let words): conversion[field] = .text(words[0])
            case .money: conversion[field] = (try? ExactDecimal(parsing: "49.90")).map(Value.number) ?? .absent
            case .flag: conversion[field] = .flag(true)
            case .time: conversion[field] = .time(receivedAt)
            }
        }
        conversion[.currency] = .text("EUR")
        conversion.items = [Item(sku: "A", name: "a", quantity: ExactDecimal(2), unitPrice: ExactDecimal(5)), Item(sku: "B")]
        for index in 1...5 { conversion.setSubID("s\(index)", "sub \(index)") }
        conversion.metadata = ["plan": "pro", "count": 3, "flag": true, "list": [1, 2]]
        return conversion
    }()

    private static let strange = texts("/?&=#%2F{click_id}\r\n\u{0}ü😀+ \"'<>;:@")
    private static let dots = texts("..")

    private static func texts(_ text: String) -> Conversion {
        var conversion = Conversion(id: id, source: "shop", tracker: "acme", receivedAt: receivedAt)
        for field in Field.allCases { if case .text = field.kind { conversion[field] = .text(text) } }
        conversion[.currency] = .text("JPY")
        conversion[.amount] = .number(ExactDecimal(-1))
        for index in 1...10 { conversion.setSubID("s\(index)", text) }
        conversion.setClickID("gclid", text)
        return conversion
    }
}
