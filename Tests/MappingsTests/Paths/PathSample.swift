import Testing

@testable import Mappings

/// A mapping of a test's own, read and written in one line of text each.
struct PathSample {
    let mapping: Mapping
    private let settings: [String: SettingValue]

    /// - Parameter fields: the lines of `fields:`, without their indentation.
    init(_ fields: String, request: String = "{ method: POST, path: /p, body: json }", settings: [String: SettingValue] = [:]) throws {
        let lines = fields.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
        mapping = try Samples.compile("tracker: Acme\nrequest: \(request)\nfields:\n\(lines)\n")
        self.settings = settings
    }

    /// `order_id=A-1; [sku=X quantity=2] [sku=Y]`, then what was kept and what was warned of; or `refused: ` and why.
    func read(json body: String) -> String { read(body, "application/json") }
    func read(form body: String) -> String { read(body, "application/x-www-form-urlencoded") }

    func read(query: String) -> String { text(of: WireRequest(method: "GET", path: "/p", query: query)) }

    private func read(_ body: String, _ type: String) -> String {
        text(of: WireRequest(method: "POST", path: "/p", headers: [("Content-Type", type)], body: Array(body.utf8)))
    }

    func text(of request: WireRequest) -> String {
        switch conversion(of: request) {
        case .success(let conversion): Self.text(of: conversion)
        case .failure(let refusal): "refused: \(refusal.reason)"
        }
    }

    func conversion(of request: WireRequest) -> Result<Conversion, Refusal> {
        Result { () throws(Refusal) in
            try MappingReader(mapping, settings: settings).read(mapping.parse(request), as: Samples.identity)
        }
    }

    /// What the conversion is sent as, without the address; or `skipped: ` and why.
    func write(_ conversion: Conversion) -> String {
        do {
            let request = try request(for: conversion)
            let query = request.url.drop { $0 != "?" }.dropFirst()
            let text = request.body.isEmpty ? String(query).percentDecoded : String(decoding: request.body, as: UTF8.self)
            return ([text] + request.warnings).joined(separator: " ! ")
        } catch let skip as Skip {
            return "skipped: \(skip.reason)"
        } catch {
            return "no writer: \(error)"
        }
    }

    func request(for conversion: Conversion) throws -> OutboundRequest { try writer().write(conversion, at: Samples.receivedAt) }

    private func writer() throws -> MappingWriter { try MappingWriter(mapping, url: "https://t.example", settings: settings) }

    static func text(of conversion: Conversion) -> String {
        let names = Field.allNames + ["sub_ids.s1", "sub_ids.s2", "sub_ids.s3"]
        var words = names.compactMap { name in conversion.exampleText(name).map { "\(name)=\($0)" } }
        words += conversion.items.map { item in
            let parts = Item.Part.allCases.filter { !item[$0].isAbsent }.map { "\($0.wireName)=\(item[$0].description)" }
            return "[\(parts.joined(separator: " "))]"
        }
        if !conversion.extra.members.isEmpty { words.append("extra=\(conversion.exampleText("extra") ?? "")") }
        return (words + conversion.warnings.map { "! \($0)" }).joined(separator: "; ")
    }

    static func conversion(_ values: [Field: String], items: [Item] = []) throws -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: "acme", receivedAt: Samples.receivedAt)
        for (field, text) in values { conversion[field] = try FieldPath.field(field).value(of: text) }
        conversion.items = items
        return conversion
    }

    static func item(_ values: [Item.Part: String]) throws -> Item {
        var item = Item()
        for (part, text) in values { item[part] = part.isNumber ? .number(try ExactDecimal(parsing: text)) : .text(text) }
        return item
    }
}
