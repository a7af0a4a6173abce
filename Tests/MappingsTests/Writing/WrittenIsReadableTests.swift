import FuzzProperties
import Testing

@testable import Mappings

/// The writer never writes what the same mapping would refuse to read, whatever a conversion holds.
struct WrittenIsReadableTests {
    private static let texts = [
        "c-1", "o 1", " ", "", "null", "{click_id}", "[CID]", "0", "-1", "1e400", "tab\there", "日本", "a@b.example", "no address", "\u{0}",
        String(repeating: "x", count: 255), String(repeating: "ü", count: 256), "¤cy=EUR&x=1", "EUR", "true", "2026-13-45",
    ]
    private static let amounts = [
        "0", "5", "49.9", "4.1472", "0.004", "0.335", "448.753425", "59.699999999999996", "-7.5", "99999999999999999999.99", "1e30",
        "1e-30",
        "3.3333333333333333333333333333333333333",
    ]
    private static let times: [Int64] = [
        -62_135_596_800, -1, 0, 1, 86_399, 86_400, 1_717_000_000, 1_763_600_000, 99_999_999_999, 100_000_000_000, 253_402_300_799,
    ]

    private static func value(for field: Field, _ random: inout SeededGenerator) throws -> Value {
        switch field.kind {
        case .money: return try .number(ExactDecimal(parsing: amounts.randomElement(using: &random) ?? "0"))
        case .flag: return .flag(Bool.random(using: &random))
        case .time: return .time(Timestamp(seconds: times.randomElement(using: &random) ?? 0))
        case .word(let words): return .text(words.randomElement(using: &random) ?? "")
        case .text:
            switch field {
            case .currency: return .text(["EUR", "JPY", "KWD", "CLF", "USDT", "XAU", "DEM", "eur"].randomElement(using: &random) ?? "")
            case .customerCountry where Bool.random(using: &random): return .text("DE")
            case .customerEmail where Bool.random(using: &random): return .text("jane@b.example")
            default: return .text(texts.randomElement(using: &random) ?? "")
            }
        }
    }

    /// Any mixture of values; half of the time a correction.
    private static func conversion(_ random: inout SeededGenerator) throws -> Conversion {
        let time = Timestamp(seconds: 1_763_600_000)
        var conversion = Conversion(id: ConversionID(at: time, random: (0, 1)), source: "shop", tracker: "t", receivedAt: time)
        for field in Field.allCases
        where ![.update, .refund, .refunded].contains(field) && !UInt8.random(in: 0...3, using: &random).isMultiple(of: 4) {
            conversion[field] = try value(for: field, &random)
        }
        if Bool.random(using: &random) {
            (conversion[.clickID], conversion[.cartID], conversion[.currency]) = (.text("c-1"), .text("cart-1"), .text("USD"))
            (conversion[.type], conversion[.status]) = (.text("sale"), .text("approved"))
        }
        for name in ["s1", "s2"] { conversion.setSubID(name, texts.randomElement(using: &random) ?? "") }
        for _ in 0..<Int.random(in: 0...3, using: &random) where Bool.random(using: &random) {
            try conversion.items.append(
                Item(
                    sku: texts.randomElement(using: &random), name: texts.randomElement(using: &random),
                    quantity: ExactDecimal(Int64.random(in: 0...3, using: &random)),
                    unitPrice: ExactDecimal(parsing: amounts.randomElement(using: &random) ?? "0")))
        }
        if Bool.random(using: &random) { try correct(&conversion, &random) }
        return conversion
    }

    private static func correct(_ conversion: inout Conversion, _ random: inout SeededGenerator) throws {
        conversion[.update] = .text(Field.updates.randomElement(using: &random) ?? "")
        guard let amount = conversion[.amount].number, !amount.isNegative, Bool.random(using: &random),
            let part = try amount.multiplied(by: ExactDecimal(parsing: ["0.001", "0.3", "0.5", "1"].randomElement(using: &random) ?? "1"))
        else { return }
        (conversion[.refund], conversion[.refunded]) = (.number(part), .number(part))
        if part == amount { conversion[.status] = .text("refunded") }
    }

    @Test(arguments: Samples.names)
    func `what is written for any conversion can be read`(name: String) throws {
        var random = SeededGenerator(seed: 20)
        let mapping = try Samples.mapping(name)
        let usdt = try #require(Currency(code: "USDT"))
        var written = 0
        for round in 0..<4_000 {
            let exponents = round.isMultiple(of: 2) ? .iso : CurrencyExponents(overrides: [usdt: 6])
            var settings: [String: SettingValue] = name == "trcker" ? ["brand": .text("acme"), "offer": .text("spring")] : [:]
            if name == "rs-traffic", round.isMultiple(of: 3) { settings["amount_unit"] = .text("minor") }
            let writer = try MappingWriter(mapping, url: "https://t.example", settings: settings, exponents: exponents)
            let conversion = try Self.conversion(&random)
            guard let request = try? writer.write(conversion, at: conversion.receivedAt) else { continue }
            written += 1
            let reader = try #require(Self.reader(of: request, mapping))
            let target = request.url.dropFirst("https://t.example".count)
            let wire = WireRequest(
                method: request.method, path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
                headers: request.headers, body: request.body)
            let currency = conversion[.currency]
            let bound = MappingReader(
                reader, settings: settings, defaults: name == "refvenue" && !currency.isAbsent ? [(.field(.currency), currency)] : [],
                exponents: exponents)
            let outcome = Samples.outcome(of: wire, reader, bound)
            if let refusal = outcome.refusal {
                Issue.record("round \(round): \(refusal): \(wire.query)\(String(decoding: wire.body, as: UTF8.self))")
            }
        }
        #expect(written > 100)
    }

    /// What takes such a request in: the main mapping, or that of its update.
    private static func reader(of request: OutboundRequest, _ mapping: Mapping) -> Mapping? {
        guard let update = request.update, let plan = mapping.updates.first(where: { $0.name == update }) else { return mapping }
        return plan.inbound ?? mapping
    }

    // MARK: Refunds

    @Test func `refunds of any parts add up to the sale at a tracker with cents`() throws {
        var random = SeededGenerator(seed: 4)
        let writer = try Samples.writer(to: "refcampaign")
        for _ in 0..<1_000 {
            var sale = Conversion(id: Samples.id, source: "shop", tracker: "t", receivedAt: Samples.receivedAt)
            (sale[.clickID], sale[.orderID], sale[.type], sale[.currency]) = (.text("c-1"), .text("o-1"), .text("sale"), .text("USD"))
            let decimals = Int.random(in: 2...5, using: &random)
            let units = Int64.random(in: 1...99_999, using: &random)
            sale[.amount] = .number(try #require(ExactDecimal(units).scaled(byPowerOfTen: -decimals)))
            let sold = try Self.cents(writer.write(sale, at: Samples.receivedAt)) ?? -1
            var (back, rest) = (Int64(0), units)
            while rest > 0 {
                let part = Int.random(in: 0...3, using: &random) == 0 ? rest : Int64.random(in: 1...rest, using: &random)
                let refund = Correction(
                    status: part == rest && Bool.random(using: &random) ? "refunded" : nil,
                    refund: .major(try #require(ExactDecimal(part).scaled(byPowerOfTen: -decimals))))
                guard case .changed(let next) = sale.corrected(by: refund) else {
                    Issue.record("a refund of \(part) of \(rest) was not taken")
                    break
                }
                (sale, rest) = (next, rest - part)
                do throws(Skip) {
                    let request = try writer.write(sale, at: Samples.receivedAt)
                    // Without an amount all of the sale goes back.
                    back += (try? Self.cents(request)) ?? sold
                } catch {
                    #expect(error.reason.hasSuffix("is too little for this tracker's unit; it is sent with what comes next"))
                }
            }
            #expect(back == sold, "of \(units) × 10^-\(decimals)")
        }
    }

    private static func cents(_ request: OutboundRequest) throws -> Int64? {
        try JSONValue(parsing: request.body)["amount"]?.plainText.flatMap { Int64($0) }
    }
}
