import Mappings

/// Any bytes are a document, or a mistake that has its place in them; a body becomes a conversion or a refusal, and what is written again is read as
/// the same; what a document costs grows with its bytes alone.
///
/// An input that begins with a byte below 5 is a shape and the part that is repeated in it; any other is a body.
enum XMLProperty {
    private static let secret = "S3cr3t~Value"

    static func check(_ bytes: [UInt8]) throws(Violation) {
        if isTimed(bytes) {
            try checkCost(Shape.allCases[Int(bytes[0])], Array(bytes.dropFirst().prefix(256)))
        } else {
            try check(body: bytes)
        }
    }

    static func isTimed(_ bytes: [UInt8]) -> Bool { bytes.first.map { Int($0) < Shape.allCases.count } ?? false }

    // MARK: What it means

    private static func check(body: [UInt8]) throws(Violation) {
        guard let mapping else { throw Violation(description: "the sample mapping has mistakes") }
        try checkMask(of: body)
        let request = WireRequest(method: "POST", path: "/orders", headers: [("Content-Type", "text/xml")], body: body)
        switch Result(catching: { () throws(Refusal) in try read(request, mapping) }) {
        case .failure(let refusal):
            try Violation.require(
                !refusal.reason.isEmpty && refusal.reason.utf8.count < 32 * (body.count + 1000), "refused with \(refusal.reason)")
            try checkPlace(in: refusal.reason, of: body)
        case .success(let conversion): try checkWritten(conversion, by: mapping)
        }
    }

    private static func read(_ request: WireRequest, _ mapping: Mapping) throws(Refusal) -> Conversion {
        try MappingReader(mapping).read(mapping.parse(request), as: SampleConversions.identity)
    }

    private static func checkPlace(in reason: String, of body: [UInt8]) throws(Violation) {
        guard let place = reason.firstMatch(of: #/^the body is not valid XML: line (\d+), column (\d+): it /#) else { return }
        let (line, column) = (Int(place.1) ?? 0, Int(place.2) ?? 0)
        try Violation.require(
            (1...body.count + 1).contains(line) && (1...2 * body.count + 1).contains(column), "outside of the text: \(reason)")
    }

    private static func checkWritten(_ conversion: Conversion, by mapping: Mapping) throws(Violation) {
        let document = conversion.document()
        try Violation.require(
            (try? Conversion(document: document))?.document() == document, "the stored document is not read as the same: \(document.text)")
        guard let writer = try? MappingWriter(mapping, url: "https://t.example", credentials: ["key": secret]),
            let request = try? writer.write(conversion, at: conversion.receivedAt)
        else { return }
        let wire = WireRequest(method: "POST", path: "/orders", headers: request.headers, body: request.body)
        guard let again = try? read(wire, mapping) else { throw Violation(description: "cannot be read again: \(request.body.text)") }
        for path in mapping.xmlFields {
            try Violation.require(
                again[path] == conversion[path], "\(path) \(conversion[path]) comes back as \(again[path]): \(request.body.text)")
        }
        let masked = BodyFormats.masking(["key"], in: request.body, with: "***").text
        try Violation.require(!masked.contains(secret), "the secret is shown: \(masked)")
    }

    /// What is hidden stays hidden, wherever the body breaks off.
    private static func checkMask(of body: [UInt8]) throws(Violation) {
        let whole = Array("<order><key>\(secret)</key>".utf8) + body
        let masked = BodyFormats.masking(["key"], in: whole, with: "***").text
        try Violation.require(!masked.contains(secret), "the secret is shown: \(masked)")
    }

    // MARK: What it costs

    private enum Shape: CaseIterable {
        case elements, attributes, nesting, text, run

        func document(of part: [UInt8], size: Int) -> [UInt8] {
            let count = max(1, size / (part.count + 1))
            func around(_ before: String, _ after: String, _ inner: (Int) -> [UInt8]) -> [UInt8] {
                Array("<order>\(before)".utf8) + (0..<count).flatMap(inner) + Array("\(after)</order>".utf8)
            }
            return switch self {
            case .elements: around("", "") { _ in Array("<a>".utf8) + part + Array("</a>".utf8) }
            case .attributes: around("<a", "/>") { Array(" \(part.text)\($0)=''".utf8) }
            case .nesting: around("", "") { _ in Array("<a>".utf8) + part }
            case .text: around("<click>", "</click>") { _ in part }
            case .run: (0..<count).flatMap { _ in part }
            }
        }
    }

    private static func checkCost(_ shape: Shape, _ part: [UInt8]) throws(Violation) {
        guard let mapping, !part.isEmpty else { return }
        let (small, large) = (
            shape.document(of: part, size: CostProperty.sizes.small), shape.document(of: part, size: CostProperty.sizes.large)
        )
        func take(_ body: [UInt8]) {
            let request = WireRequest(method: "POST", path: "/orders", headers: [("Content-Type", "text/xml")], body: body)
            _ = try? read(request, mapping)
            _ = BodyFormats.masking(["key"], in: body, with: "***")
        }
        try CostProperty.compare("an XML body of shape '\(shape)'", part, { take(small) }, { take(large) })
    }

    private static let mapping: Mapping? = MappingCompiler.compile(
        """
        tracker: Shelf
        request: { method: POST, path: /orders, body: xml, root: order }
        credentials: { key: { body: key } }
        fields:
          "@id": { is: order_id }
          click: { is: click_id }
          total.@currency: { is: currency, as: currency(any) }
          total.$: { is: amount, as: "money(major)" }
          "lines.line[].sku": { is: "items[].sku" }
          "lines.line[].@count": { is: "items[].quantity" }
          "param[@name=sub].$": { is: sub_ids.s1 }
          "tag[]": { is: ref_code, join: "," }
          notes: { is: metadata, as: object }
        same_conversion: [order_id]
        replies:
          accepted: { xml: { response: { status: ok } } }
          duplicate: { xml: { response: { status: known } } }
        """, name: "shelf", file: "shelf.yaml"
    ).mapping
}

extension Mapping {
    /// What a body of the sample holds as texts.
    fileprivate var xmlFields: [FieldPath] {
        ["order_id", "click_id", "currency", "amount", "sub_ids.s1"].compactMap { FieldPath(name: $0) }
    }
}
