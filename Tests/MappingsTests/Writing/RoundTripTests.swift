import FuzzProperties
import Testing

@testable import Mappings

/// What a mapping writes, the same mapping reads as the same conversion.
struct RoundTripTests {
    /// A conversion with everything that the mapping carries, in words that it does not fold together.
    private static func conversion(for mapping: Mapping, _ random: inout SeededGenerator) throws -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: mapping.name, receivedAt: Samples.receivedAt)
        let (code, decimals) = try #require([("EUR", 2), ("JPY", 0), ("KWD", 3)].randomElement(using: &random))
        conversion[.currency] = .text(code)
        func amount() throws -> ExactDecimal {
            try #require(ExactDecimal(Int64.random(in: 0...999_999_999_999, using: &random)).scaled(byPowerOfTen: -decimals))
        }
        for field in mapping.fields {
            guard case .path(.field(let target)) = field.target, field.reading != nil, field.writing != nil, target != .currency else {
                continue
            }
            if let words = field.reading?.words {
                conversion[target] = try .text(
                    #require(words.entries.filter { $0.also.isEmpty }.randomElement(using: &random)).canonical[0])
                continue
            }
            switch target.kind {
            case .money: conversion[target] = try .number(amount())
            case .flag: conversion[target] = .flag(Bool.random(using: &random))
            case .time:
                // Behind 1970, whose first day means no time, and not ahead of the receipt, which is warned of.
                conversion[target] = .time(Timestamp(seconds: Int64.random(in: 172_800...1_763_600_000, using: &random)))
            case .text, .word: conversion[target] = .text(text(for: target, &random))
            }
        }
        for index in 1...5 { conversion.setSubID("s\(index)", text(for: .offer, &random)) }
        if mapping.computed.isEmpty { return conversion }
        conversion[.discount] = .number(.zero)
        for _ in 0...Int.random(in: 0...4, using: &random) {
            let item = try Item(
                sku: text(for: .offer, &random), name: text(for: .offer, &random),
                quantity: ExactDecimal(Int64.random(in: 1...9, using: &random)), unitPrice: amount())
            conversion.items.append(item)
        }
        for computed in mapping.computed { conversion[computed.path] = computed.expression.value(ExpressionInput(conversion)) }
        return conversion
    }

    private static func text(for field: Field, _ random: inout SeededGenerator) -> String {
        switch field {
        case .customerEmail: return "user\(random.next() % 1000)@example.com"
        case .customerEmailSHA256:
            return (0..<64).map { _ in "0123456789abcdef".randomElement(using: &random).map(String.init) ?? "0" }.joined()
        case .customerCountry: return ["DE", "NO", "US"].randomElement(using: &random) ?? "DE"
        default:
            let letters = Array("abcXYZ019-_ .&=+%?/#{}\"\\\n\tüß日😀'<>[]|^`¤")
            return "v" + String((0..<Int.random(in: 0...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "x" })
                + "e"
        }
    }

    @Test(arguments: Samples.names)
    func `what is written is read back as the same`(name: String) throws {
        let mapping = try Samples.mapping(name)
        let writer = try Samples.writer(to: name)
        var random = SeededGenerator(seed: 7)
        for round in 0..<500 {
            let conversion = try Self.conversion(for: mapping, &random)
            let written = try writer.write(conversion, at: Samples.receivedAt)
            let target = written.url.dropFirst("https://t.example".count)
            let request = WireRequest(
                method: written.method, path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
                headers: written.headers, body: written.body)
            let reader = MappingReader(mapping, defaults: [(.field(.currency), conversion[.currency])])
            let back = try Samples.outcome(of: request, mapping, reader).get()
            for field in mapping.fields {
                guard case .path(let path) = field.target, field.reading != nil, field.writing != nil else { continue }
                #expect(back[path] == conversion[path], "round \(round): \(path)")
            }
            #expect(back.items == conversion.items)
            #expect(back.warnings == [])
            for (parameter, _) in back.extra.members { #expect(parameter == "brand") }
        }
    }
}
