import FuzzProperties
import Testing

@testable import Mappings

struct ConversionTests {
    @Test func `an id comes back from its text, in either case`() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let id = ConversionID(high: random.next(), low: random.next())
            #expect(ConversionID(id.description) == id)
            #expect(ConversionID(id.description.lowercased()) == id)
        }
    }

    @Test func `ids sort by time, as numbers and as texts`() {
        var random = SeededGenerator(seed: 2)
        var ids: [ConversionID] = []
        for millisecond in 0..<2000 {
            let time = Timestamp(microseconds: 1_763_600_000_000_000 + Int64(millisecond) * 1000)
            ids.append(ConversionID(at: time, random: (UInt16.random(in: 0 ... .max, using: &random), random.next())))
            #expect(ids[millisecond].time == time)
        }
        #expect(ids.sorted() == ids)
        #expect(ids.map(\.description).sorted() == ids.map(\.description))
    }

    @Test(arguments: [
        "", "01KAFC0S00000000000000000", "01KAFC0S0000000000000000011", "81KAFC0S000000000000000001", "01KAFC0S00000000000000000I",
        "01KAFC0S0000000000000000ü", "01KAFC0S00000000000000000-",
    ])
    func `what is not an id is refused`(text: String) {
        #expect(ConversionID(text) == nil)
    }

    /// Any value that the field can hold.
    private static func value(of field: Field, _ random: inout SeededGenerator) -> Value {
        let texts = ["a", "order-12345", "ü 😀 \"\\\n", "{click_id}", "null", "0012", " x ", "1e5", "true", "\0"]
        switch field.kind {
        case .text:
            return field == .currency
                ? .text(["EUR", "JPY", "KWD", "USDT"].randomElement(using: &random) ?? "")
                : .text(texts.randomElement(using: &random) ?? "")
        case .word(let words): return .text(words.randomElement(using: &random) ?? "")
        case .flag: return .flag(Bool.random(using: &random))
        case .time: return .time(Timestamp(microseconds: Int64.random(in: -9_000_000_000_000...9_000_000_000_000, using: &random) * 1000))
        case .money: return number(&random)
        }
    }

    private static func number(_ random: inout SeededGenerator) -> Value {
        let digits = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
        return ExactDecimal(digits).scaled(byPowerOfTen: -Int.random(in: 0...8, using: &random)).map(Value.number) ?? .absent
    }

    @Test func `a conversion comes back from its document, whatever it holds`() throws {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<2000 {
            var conversion = Conversion(
                id: ConversionID(high: random.next(), low: random.next()), source: "s\"", tracker: "t", receivedAt: Samples.receivedAt)
            for field in Field.allCases where Bool.random(using: &random) { conversion[field] = Self.value(of: field, &random) }
            for index in 0..<Int.random(in: 0...3, using: &random) {
                var item = Item(sku: "sku \(index)", name: Bool.random(using: &random) ? "n" : nil)
                item[.quantity] = Self.number(&random)
                item[.unitPrice] = Self.number(&random)
                conversion.items.append(item)
                conversion.setSubID("s\(index)", "v\(index)")
            }
            if Bool.random(using: &random) { conversion.metadata = ["plan": "pro", "n": .number("1.50"), "deep": ["a": [1, nil, true]]] }
            if Bool.random(using: &random) { conversion.extra = ["a.b": 1, "query.x": "y"] }
            if Bool.random(using: &random) { conversion.warnings = ["one", "two"] }
            let back = try Conversion(document: conversion.document())
            #expect(back.values == conversion.values)
            #expect(back.items == conversion.items && back.metadata == conversion.metadata && back.extra == conversion.extra)
            #expect(back.document() == conversion.document() && back.contentDigest() == conversion.contentDigest())
        }
    }

    @Test func `an amount has its currency's decimals in the document and a number in a text field has its own`() throws {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "t", receivedAt: Samples.receivedAt)
        conversion[.currency] = .text("EUR")
        conversion[.field(.amount)] = .number(ExactDecimal(5))
        conversion[.field(.orderID)] = .number(ExactDecimal(42))
        #expect(
            String(decoding: conversion.document(), as: UTF8.self)
                == #"{"id":"01KAFC0S000000000000000001","source":"s","tracker":"t","received_at":"2025-11-20T00:53:20Z","order_id":"42","amount":"5.00","currency":"EUR"}"#
        )
    }

    @Test func `a value is put into a field as the field holds it`() {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "t", receivedAt: Samples.receivedAt)
        conversion[.field(.amount)] = .text("12.50")
        #expect(conversion[.amount] == .number((try? ExactDecimal(parsing: "12.5")) ?? .zero))
        conversion[.field(.amount)] = .text("$5")
        #expect(conversion[.amount] == .absent)
        conversion[.field(.type)] = .text("sael")
        #expect(conversion[.type] == .absent)
        conversion[.field(.isSubscription)] = .text("yes")
        #expect(conversion[.isSubscription] == .flag(true))
        conversion[.subID("s1")] = .text("a")
        conversion[.subID("s1")] = .absent
        #expect(conversion.subIDs.isEmpty)
        conversion[.id] = .text("mine")
        #expect(conversion.id == Samples.id)
    }

    @Test func `the digest of what was sent does not depend on the order of members`() throws {
        let one = try Samples.read(
            "refcampaign",
            #"{"externalId":"1","conversionType":"SALE","amount":1,"currency":"EUR","cid":"c","metadata":{"a":1,"b":2},"x":1,"y":2}"#
        ).get()
        let other = try Samples.read(
            "refcampaign",
            #"{"y":2,"x":1,"metadata":{"b":2,"a":1},"cid":"c","currency":"eur","amount":1,"conversionType":"SALE","externalId":"1"}"#
        ).get()
        let third = try Samples.read(
            "refcampaign",
            #"{"externalId":"1","conversionType":"SALE","amount":2,"currency":"EUR","cid":"c","metadata":{"a":1,"b":2},"x":1,"y":2}"#
        ).get()
        #expect(one.contentDigest() == other.contentDigest())
        #expect(one.contentDigest() != third.contentDigest())
    }

    @Test(arguments: [
        ("", "the document is not a JSON object"), ("[]", "the document is not a JSON object"),
        ("{}", "the document has no id or no received_at"),
    ])
    func `what is not a document is refused`(text: String, sentence: String) {
        #expect(throws: Conversion.DocumentError.self) { try Conversion(document: Array(text.utf8)) }
        do { _ = try Conversion(document: Array(text.utf8)) } catch { #expect(error.description == sentence) }
    }
}
