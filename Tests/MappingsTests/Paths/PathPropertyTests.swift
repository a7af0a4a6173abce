import FuzzProperties
import Testing

@testable import Mappings

/// Whatever the paths are: what is written is read back as the same conversion.
struct PathPropertyTests {
    private static let texts = ["order_id", "click_id", "session_id", "cart_id", "ref_code", "coupon_code", "sub_ids.s1", "sub_ids.s2"]
    private static let parts: [Item.Part] = [.name, .category, .quantity, .unitPrice, .discount, .total]

    /// A file and what its items need to survive the way: an index for each, and a value in each part.
    private struct Draft {
        var fields: [String] = []
        var parts: [Item.Part] = []
        var isForm = false
    }

    private static func draft(_ random: inout SeededGenerator) -> Draft {
        var draft = Draft(isForm: Int.random(in: 0..<3, using: &random) == 0)
        var number = 0
        func leaf() -> String {
            number += 1
            return "v\(number)"
        }
        for name in texts where Bool.random(using: &random) {
            let inner = Bool.random(using: &random) ? "in.\(leaf())" : leaf()
            let path =
                switch Int.random(in: 0..<(draft.isForm ? 3 : 6), using: &random) {
                case 0: leaf()
                case 1: "one.\(inner)"
                case 2: draft.isForm ? "two[\(leaf())]" : "two.deep.\(inner)"
                case 3: "list[0].\(inner)"
                case 4: "found[name=\(["a", "b c", "d.e"].randomElement(using: &random) ?? "a")].\(inner)"
                default: "many.\(leaf())[0].\(inner)"
                }
            draft.fields.append("\"\(path)\": { is: \(name) }")
        }
        let lists =
            draft.isForm
            ? ["rows[].%", "rows[][%]", "%{1..}", "n{0..}_%", "JOINED"]
            : [
                "rows[].%", "data[0].rows[].%", "rows[].in.%", "outer[].rows[].%", "map{}.%", "%{1..}", "%[]", "JOINED", "keyed{sku}.%",
            ]
        let list = lists.randomElement(using: &random) ?? "rows[].%"
        for part in [.sku] + parts where part == .sku || Bool.random(using: &random) {
            draft.parts.append(part)
            if list == "keyed{sku}.%", part == .sku { continue }
            let path = list == "JOINED" ? leaf() : list.replacing("%", with: leaf())
            let join = list == "JOINED" ? #", join: "|""# : ""
            draft.fields.append("\"\(path)\": { is: \"items[].\(part.wireName)\"\(join) }")
        }
        draft.fields.shuffle(using: &random)
        return draft
    }

    private static func text(_ random: inout SeededGenerator) -> String {
        let letters = Array("abcXYZ019-_ .&=+%?/#{}\"\\<>[]ü日😀'")
        return "v" + String((0..<Int.random(in: 0...12, using: &random)).map { _ in letters.randomElement(using: &random) ?? "x" }) + "e"
    }

    @Test(arguments: 0..<40)
    func `what is written over random paths is read back as the same`(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let draft = Self.draft(&random)
        let sample = try PathSample(
            draft.fields.joined(separator: "\n"), request: "{ method: POST, path: /p, body: \(draft.isForm ? "form" : "json") }")
        for _ in 0..<10 {
            var conversion = try PathSample.conversion([:])
            for name in Self.texts where Bool.random(using: &random) {
                let path = try #require(FieldPath(name: name))
                if draft.fields.contains(where: { $0.hasSuffix("is: \(name) }") }) { conversion[path] = .text(Self.text(&random)) }
            }
            for index in 0..<Int.random(in: 0...3, using: &random) {
                var item = Item()
                for part in draft.parts {
                    let number = ExactDecimal(Int64.random(in: 1...9999, using: &random)).scaled(byPowerOfTen: -2)
                    item[part] = part.isNumber ? .number(try #require(number)) : .text("\(index)" + Self.text(&random))
                }
                conversion.items.append(item)
            }
            let written = try sample.request(for: conversion)
            let request = WireRequest(method: "POST", path: "/p", headers: written.headers, body: written.body)
            if written.body.isEmpty { continue }
            #expect(sample.text(of: request) == PathSample.text(of: conversion), "\(draft.fields)")
        }
    }
}
