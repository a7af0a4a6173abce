extension MappingCompiler {
    /// - Parameter update: of an update's example, the mapping that reads its requests; nil if the update has none of its own.
    mutating func example(_ node: YAMLNode, request: RequestPlan, of update: Mapping? = nil) -> Example? {
        var map = YAMLFields(node, subject: "an example", into: &diagnostics)
        let name = map.require("name", &diagnostics)?.text("name", &diagnostics) ?? ""
        let isSample = map.flag("sample", &diagnostics) ?? false
        var chosen: [String: SettingValue] = [:]
        for entry in map.map("settings", &diagnostics) {
            if let plan = settings.first(where: { $0.name == entry.name }) {
                chosen[entry.name] = plan.value(entry.value, &diagnostics)
            } else {
                diagnostics.error(
                    at: entry.key.location, "unknown setting '\(entry.name)'\(entry.name.suggestion(from: settings.map(\.name)))")
            }
        }
        let conversion = map.take("conversion").map { self.canonical($0, "conversion") }
        let about = update == nil ? nil : map.take("about").map { self.canonical($0, "about") }
        let defaults = map.take("defaults").map { self.canonical($0, "defaults") }
        let note = update == nil ? nil : map.text("note", &diagnostics)
        let givenNode = conversion == nil ? map.require("given", &diagnostics) : map.take("given")
        let given = givenNode.map { self.given($0, request: request, settings: chosen) }
        if let givenNode, conversion != nil {
            diagnostics.error(at: givenNode.location, "an example begins with a request, 'given', or with a 'conversion', not with both")
        }
        let expect = map.map("expect", &diagnostics).compactMap { expectation($0) }
        let error = map.text("error", &diagnostics)
        let code = map.text("code", &diagnostics)
        let sends = map.take("sends").map { node in (node.elements ?? [node]).map { self.sends($0) } }
        let skips = map.text("skips", &diagnostics)
        let warnings = map.texts("warnings", &diagnostics)?.map(\.text)
        let ignored = map.take("ignored").flatMap { self.ignored($0, beside: node) }
        map.finish(&diagnostics)
        if error == nil, expect.isEmpty, sends == nil, skips == nil, note == nil, node["ignored"] == nil {
            diagnostics.error(
                at: node.location, "an example needs 'expect', 'sends', 'skips', 'ignored' or 'error': what comes of the request")
        }
        if error != nil, !expect.isEmpty || sends != nil {
            diagnostics.error(at: node.location, "an example that ends in an error expects nothing else")
        }
        guard given != nil || conversion != nil else { return nil }
        return Example(
            name: name, location: node.location, isSample: isSample, settings: chosen, given: given, conversion: conversion, about: about,
            defaults: defaults?.values ?? [], expect: expect, error: error, code: code, sends: sends, skips: skips, warnings: warnings,
            note: note, ignored: ignored)
    }

    /// `ignored: true`, or the reason.
    private mutating func ignored(_ node: YAMLNode, beside example: YAMLNode) -> Example.Ignored? {
        let others = ["conversion", "expect", "sends", "skips", "error", "code", "warnings", "about", "note", "sample"]
        if let other = others.first(where: { example[$0] != nil }) {
            diagnostics.error(
                at: node.location, "an example whose message is ignored has 'given' and nothing that comes of it; take '\(other)' away")
        }
        guard let text = node.text("ignored", &diagnostics) else { return nil }
        if text == "false" {
            diagnostics.error(at: node.location, "'ignored' is true or the reason, the 'because' of an entry of 'ignores'; found 'false'")
        }
        return text == "true" ? .forAnyReason : .because(text)
    }

    /// A conversion as an author writes it: money as `EUR 12.50`, which gives the currency too, and items as `items[0].sku`.
    private mutating func canonical(_ node: YAMLNode, _ key: String) -> Example.Fields {
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "'\(key)' must be a map of canonical fields, found \(node.kind)")
            return Example.Fields()
        }
        var fields = Example.Fields()
        for entry in entries {
            let name = entry.key.scalar ?? ""
            if key != "defaults", name.hasPrefix("items[") {
                item(name, entry.value, at: entry.key.location, into: &fields.items)
                continue
            }
            guard let path = FieldPath(name: name) else {
                let hint = name.nearest(in: FieldPath.suggestions).map { "; did you mean '\($0)'?" } ?? ""
                diagnostics.error(at: entry.key.location, "unknown canonical field '\(name)'\(hint)")
                continue
            }
            guard var text = entry.value.text(name, &diagnostics) else { continue }
            if path.kind == .money, let blank = text.firstIndex(of: " "), let currency = Currency(code: String(text[..<blank])) {
                fields.values.append((.field(.currency), .text(currency.code)))
                text = String(text[text.index(after: blank)...])
            }
            if let value = canonicalValue(text, of: path, at: entry.value.location) { fields.values.append((path, value)) }
        }
        return fields
    }

    /// `items[0].sku`: the items come in their order.
    private mutating func item(_ name: String, _ node: YAMLNode, at place: SourceLocation, into items: inout [Item]) {
        let halves = name.dropFirst(6).split(separator: "].", maxSplits: 1)
        guard halves.count == 2, let position = Int(halves[0]), position >= 0, let part = Item.Part(name: String(halves[1])) else {
            let known = Item.Part.allCases.map(\.wireName).joined(separator: ", ")
            return diagnostics.error(at: place, "'\(name)' is no part of an item; write items[0].sku, with one of \(known)")
        }
        guard position <= items.count else {
            return diagnostics.error(at: place, "'\(name)' leaves a gap; the next item is items[\(items.count)]")
        }
        guard let text = node.text(name, &diagnostics), let value = partValue(text, of: part, name, at: node.location) else { return }
        if position == items.count { items.append(Item()) }
        items[position][part] = value
    }

    private mutating func expectation(_ entry: (key: YAMLNode, name: String, value: YAMLNode)) -> Example.Expectation? {
        let isKnown =
            FieldPath(name: entry.name) != nil || entry.name == "items" || entry.name == "metadata" || entry.name == "extra"
            || entry.name.hasPrefix("items[")
        guard isKnown else {
            let hint = entry.name.nearest(in: FieldPath.suggestions).map { "; did you mean '\($0)'?" } ?? ""
            diagnostics.error(at: entry.key.location, "unknown canonical field '\(entry.name)'\(hint)")
            return nil
        }
        let value: String?
        switch entry.value.content {
        case .scalar(let text, _): value = entry.value.isNull ? nil : text
        case .list, .map:
            var json = JSONWriter(options: .sortedKeys)
            json.write(entry.value.jsonValue)
            value = String(decoding: json.bytes, as: UTF8.self)
        }
        return Example.Expectation(name: entry.name, location: entry.value.location, value: value)
    }

    private mutating func given(_ node: YAMLNode, request: RequestPlan, settings: [String: SettingValue]) -> WireRequest {
        var map = YAMLFields(node, subject: "'given'", into: &diagnostics)
        let body = map.take("body")
        let form = pairs(map.map("form", &diagnostics))
        let method = map.text("method", &diagnostics)
        let path = map.text("path", &diagnostics)
        var query = ""
        if let node = map.take("query") {
            // A text is the query as sent, for what a map cannot show: mangled and doubled names.
            query = node.scalar ?? Parameters.encoded(pairs(node.entries?.map { ($0.key, $0.key.scalar ?? "", $0.value) } ?? []))
        }
        var headers = pairs(map.map("headers", &diagnostics))
        map.finish(&diagnostics)
        var bytes: [UInt8] = []
        if let body {
            if let text = body.scalar {
                bytes = Array(text.utf8)
                let isXML = request.readsXML && BodyFormats.xml.fits(bytes)
                let format = isXML ? BodyFormats.xml : request.formats.first ?? BodyFormats.json
                headers.append(("Content-Type", format.contentType))
            } else if request.writtenFormat === BodyFormats.xml, let root = request.xmlRoot {
                headers.append(("Content-Type", BodyFormats.xml.contentType))
                var element = XMLElement(name: root)
                element.fill(body.jsonValue)
                bytes = element.document
            } else {
                headers.append(("Content-Type", BodyFormats.json.contentType))
                var json = JSONWriter()
                json.write(body.jsonValue)
                bytes = json.bytes
            }
        } else if !form.isEmpty {
            headers.append(("Content-Type", BodyFormats.form.contentType))
            bytes = Array(Parameters.encoded(form).utf8)
        }
        let usualMethod = bytes.isEmpty && request.methods.contains("GET") ? "GET" : request.methods[0]
        let usualPath = (try? request.path.text(settings).get()) ?? request.path.description
        return WireRequest(method: method ?? usualMethod, path: path ?? usualPath, query: query, headers: headers, body: bytes)
    }

    private mutating func sends(_ node: YAMLNode) -> Example.Sends {
        var map = YAMLFields(node, subject: "'sends'", into: &diagnostics)
        let method = map.text("method", &diagnostics)
        let path = map.text("path", &diagnostics)
        let query = map.take("query").map { node in pairs(node.entries?.map { ($0.key, $0.key.scalar ?? "", $0.value) } ?? []) }
        let body = map.take("body")?.jsonValue
        let headers = map.map("headers", &diagnostics).map { entry in
            (name: entry.name, value: entry.value.isNull ? nil : entry.value.text(entry.name, &diagnostics))
        }
        map.finish(&diagnostics)
        return Example.Sends(location: node.location, method: method, path: path, query: query, body: body, headers: headers)
    }

    private mutating func pairs(_ entries: [(key: YAMLNode, name: String, value: YAMLNode)]) -> [(name: String, value: String)] {
        entries.compactMap { entry in entry.value.text(entry.name, &diagnostics).map { (entry.name, $0) } }
    }
}
