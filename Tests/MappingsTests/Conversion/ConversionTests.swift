import FuzzProperties
import Testing

@testable import Mappings

struct ConversionTests {
    @Test func `a copy that is changed leaves the other as it was`() {
        var first = Conversion(id: ConversionID(high: 1, low: 2), source: "shop", tracker: "acme", receivedAt: Timestamp(seconds: 1))
        for (index, field) in Field.allCases.enumerated() where index.isMultiple(of: 2) {
            first[field] = .text("\(field.name) of the first")
        }
        first.items = [Item(sku: "A")]
        first.extra["a"] = .string("b")
        let before = first
        first[.orderID] = .text("another")
        first[.clickID] = .absent
        first.items.append(Item(sku: "B"))
        first.extra["a"] = nil
        first.source = "other"
        #expect(before[.orderID] == .absent)
        #expect(before[.clickID] == .text("click_id of the first"))
        #expect(before.items == [Item(sku: "A")])
        #expect(before.extra == ["a": "b"])
        #expect(before.source == "shop")
        #expect(Array(before.fields) == Field.allCases.filter { $0.rawValue.isMultiple(of: 2) })
        #expect(before.values == before.fields.map { .text("\($0.name) of the first") })
        #expect(first[.orderID] == .text("another"))
        #expect(first.items == [Item(sku: "A"), Item(sku: "B")])
        #expect(first.extra == [:])
    }

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
                if Bool.random(using: &random) { item[.category] = .text("c") }
                if Bool.random(using: &random) { item[.total] = Self.number(&random) }
                conversion.items.append(item)
                conversion.setSubID("s\(index)", "v\(index)")
                conversion.setClickID(["gclid", "fbp", "own"][index], "c\(index)")
            }
            if Bool.random(using: &random) { conversion.metadata = ["plan": "pro", "n": .number("1.50"), "deep": ["a": [1, nil, true]]] }
            if Bool.random(using: &random) { conversion.extra = ["a.b": 1, "query.x": "y"] }
            if Bool.random(using: &random) { conversion.warnings = ["one", "two"] }
            let back = try Conversion(document: conversion.document())
            #expect(Field.allCases.allSatisfy { back[$0] == conversion[$0] })
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

    @Test func `a rare field, a platform's click id and the rare parts of an item stand beside their neighbours`() throws {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "t", receivedAt: Samples.receivedAt)
        conversion[.field(.customerEmail)] = .text("a@b.example")
        conversion[.field(.occurredAt)] = .time(Samples.receivedAt)
        let usual = String(decoding: conversion.document(), as: UTF8.self)
        for name in ["customer.phone", "customer.zip", "page_url", "click_ids.gclid"] {
            let path = try #require(FieldPath(name: name))
            #expect(path.description == name && path.isSettable && conversion[path] == .absent)
            conversion[path] = .text("x")
            #expect(conversion[path] == .text("x"))
        }
        conversion.items = [Item(sku: "A")]
        conversion.items[0][.discount] = .number(ExactDecimal(2))
        #expect(
            String(decoding: conversion.document(), as: UTF8.self)
                == #"{"id":"01KAFC0S000000000000000001","source":"s","tracker":"t","received_at":"2025-11-20T00:53:20Z","customer":{"email":"a@b.example","phone":"x","zip":"x"},"page_url":"x","occurred_at":"2025-11-20T00:53:20Z","items":[{"sku":"A","discount":"2"}],"click_ids":{"gclid":"x"}}"#
        )
        for name in ["customer.phone", "customer.zip", "page_url", "click_ids.gclid"] {
            conversion[try #require(FieldPath(name: name))] = .absent
        }
        conversion.items = []
        #expect(String(decoding: conversion.document(), as: UTF8.self) == usual)
    }

    @Test func `an item whose rare parts are gone is the item that never had them`() {
        var item = Item(sku: "A", quantity: ExactDecimal(1))
        item[.total] = .number(ExactDecimal(5))
        #expect(item != Item(sku: "A", quantity: ExactDecimal(1)) && item.parts == Item.Part.allCases)
        item[.total] = .absent
        item[.category] = .absent
        #expect(item == Item(sku: "A", quantity: ExactDecimal(1)) && item.parts == [.sku, .name, .quantity, .unitPrice])
    }

    @Test func `every field has a place of its own in the list of all`() {
        #expect(Set(Field.allCases.map(\.rawValue)) == Set(0..<Field.allCases.count))
        #expect(Field.allCases.allSatisfy { Field(name: $0.name) == $0 })
        #expect(Field.allCases.filter(\.isCustomer).map(\.name) == Field.allNames.filter { $0.hasPrefix("customer.") })
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
