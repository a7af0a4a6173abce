import Testing

@testable import Mappings

/// Every tracker that sends, towards every tracker that takes: what one says must reach the other whole, or not at all.
struct PairTests {
    @Test(arguments: MappingCatalog.builtIn.mappings.map(\.name))
    func `what a tracker's senders report reaches each tracker whole, or is skipped with a reason`(name: String) throws {
        let messages = try Self.messages(from: #require(MappingCatalog.builtIn[name]))
        for destination in MappingCatalog.builtIn.mappings {
            guard let writer = Self.writer(to: destination) else { continue }
            for (example, conversion) in messages {
                let route = "\(name), '\(example)' to \(destination.name)"
                do throws(Skip) {
                    let requests = try writer.requests(for: conversion, at: Samples.receivedAt)
                    for request in requests { #expect(Self.emptyParts(of: request, destination) == [], "\(route): \(request.url)") }
                    Self.compare(conversion, with: requests, destination, route)
                } catch {
                    #expect(error.reason.count > 15, "\(route): \(error.reason)")
                }
            }
        }
    }

    @Test(arguments: MappingCatalog.builtIn.mappings.map(\.name))
    func `an order with its lines reaches each tracker if a route gives the click id`(name: String) throws {
        let mapping = try #require(MappingCatalog.builtIn[name])
        guard let writer = Self.writer(to: mapping) else { return }
        var order = try Samples.sample(from: "refersion")
        order[.clickID] = order[.cartID]
        order[.program] = .text("program")
        #expect(throws: Never.self) { try writer.write(order, at: Samples.receivedAt) }
    }

    @Test(arguments: MappingCatalog.builtIn.mappings.map(\.name))
    func `a part that went back is never written as the whole`(name: String) throws {
        let mapping = try #require(MappingCatalog.builtIn[name])
        guard let writer = Self.writer(to: mapping) else { return }
        var order = try Samples.sample(from: "refersion")
        order.items = []
        order[.clickID] = order[.cartID]
        order[.program] = .text("program")
        order[.amount] = .number(try ExactDecimal(parsing: "100.00"))
        order[.discount] = .absent
        order[.update] = .text("refund")
        order[.status] = .text("approved")
        order[.refund] = .number(try ExactDecimal(parsing: "12.34"))
        order[.refunded] = .number(try ExactDecimal(parsing: "12.34"))
        do throws(Skip) {
            let request = try writer.write(order, at: Samples.receivedAt)
            let text = request.url + String(decoding: request.body, as: UTF8.self)
            #expect(["12.34", "1234", "87.66", "8766"].contains { text.contains($0) }, "\(text)")
        } catch {
            #expect(error.reason.contains("12.34"), "\(error.reason)")
        }
    }

    /// What the examples of a file become, each with one identifier of every kind, as a route's `set:` gives them.
    private static func messages(from mapping: Mapping) -> [(example: String, conversion: Conversion)] {
        mapping.examples.compactMap { example -> (example: String, conversion: Conversion)? in
            guard let given = example.given, example.becomesConversion else { return nil }
            let reader = MappingReader(mapping, settings: example.settings)
            guard case .success(var conversion) = Samples.outcome(of: given, mapping, reader) else { return nil }
            if conversion[.clickID].isAbsent { conversion[.clickID] = conversion.firstIdentifier }
            return (example.name, conversion)
        }
    }

    /// A destination with the settings and credentials that an example of the file has, or any.
    private static func writer(to mapping: Mapping) -> MappingWriter? {
        guard mapping.sides.contains(.destination) else { return nil }
        var settings = mapping.examples.first { $0.sends != nil }?.settings ?? mapping.sample?.settings ?? [:]
        for setting in mapping.settings where settings[setting.name] == nil && setting.requiredBy.contains(.destination) {
            settings[setting.name] = .text(setting.values.first ?? "1")
        }
        let credentials = Dictionary(uniqueKeysWithValues: mapping.credentials.map { ($0.name, "secret-\($0.name)") })
        return try? MappingWriter(mapping, url: "https://t.example", settings: settings, credentials: credentials)
    }

    /// Parameters and members that hold nothing.
    private static func emptyParts(of request: OutboundRequest, _ mapping: Mapping) -> [String] {
        let query = request.url.split(separator: "?", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        var empty = Parameters(decoding: query).pairs.filter(\.value.isBlank).map { "query \($0.name)" }
        if let body = mapping.request.writtenFormat?.members(of: request.body) { empty += JSONValue.object(body).emptyParts(at: "body") }
        return empty
    }

    /// A tracker that reads its own requests finds the amount that was sent to it, to the last minor unit.
    private static func compare(_ conversion: Conversion, with requests: [OutboundRequest], _ mapping: Mapping, _ route: String) {
        guard let currency = conversion.currency, let sent = conversion[.amount].number, let decimals = currency.minorUnits else { return }
        var found = ExactDecimal.zero
        for request in requests {
            let parts = request.url.dropFirst("https://t.example".count).split(separator: "?", maxSplits: 1)
            let wire = WireRequest(
                method: request.method, path: String(parts[0]), query: parts.count > 1 ? String(parts[1]) : "", headers: request.headers,
                body: request.body)
            guard case .success(let back) = Samples.outcome(of: wire, mapping, MappingReader(mapping)), let one = back[.amount].number,
                back.currency == nil || back.currency == currency, let next = found.adding(one)
            else { return }
            found = next
        }
        #expect(found.rounded(toDecimals: decimals, .halfUp) == sent.rounded(toDecimals: decimals, .halfUp), "\(route): \(requests[0].url)")
    }
}

extension Conversion {
    fileprivate var firstIdentifier: Value {
        Field.identifiers.lazy.map { self[$0] }.first { !$0.isAbsent } ?? .text("c-1")
    }
}

extension JSONValue {
    fileprivate func emptyParts(at place: String) -> [String] {
        switch self {
        case .null: [place]
        case .string(let text): text.isBlank ? [place] : []
        case .number, .bool: []
        case .array(let elements): elements.isEmpty ? [place] : elements.enumerated().flatMap { $1.emptyParts(at: "\(place)[\($0)]") }
        case .object(let object): object.members.flatMap { $0.value.emptyParts(at: "\(place).\($0.key)") }
        }
    }
}
