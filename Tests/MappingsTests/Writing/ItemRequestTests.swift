import Testing

@testable import Mappings

/// A request that is about one item, both ways.
struct ItemRequestTests {
    private let text = """
        tracker: Pixel
        request: { method: POST, path: /pixel, body: [json, form], per: item }
        fields:
          order: { is: order_id, required: true }
          sku: { is: "items[].sku", required: true, line: "'ORDER'" }
          currency: { is: currency, default: EUR, out: false }
          product.price: { is: "items[].unit_price", as: money(major) }
          key: { is: "items[].name", in: false, out: order_id + "-" + sku }
        replies:
          accepted: { status: 200 }
          duplicate: { status: 409 }
        """

    private func mapping() throws -> Mapping {
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: "pixel", file: "pixel.yaml")
        return try #require(mapping, "\(diagnostics.sorted)")
    }

    private func conversion(_ skus: String...) -> Conversion {
        var conversion = Conversion(id: ConversionID(high: 0, low: 1), source: "s", tracker: "t", receivedAt: Timestamp(seconds: 0))
        conversion[.orderID] = .text("o-1")
        conversion[.currency] = .text("EUR")
        conversion.items = skus.map { Item(sku: $0, unitPrice: try? ExactDecimal(parsing: "5.25")) }
        return conversion
    }

    @Test func `each item is a request`() throws {
        let writer = try MappingWriter(try mapping(), url: "https://t.example")
        #expect(writer.writesLines)
        #expect(writer.requestCount(of: conversion("A", "B")) == 2)
        #expect(writer.requestCount(of: conversion("A")) == 1)
        func body(_ conversion: Conversion) throws -> String {
            String(decoding: try writer.write(conversion, at: Timestamp(seconds: 0)).body, as: UTF8.self)
        }
        #expect(try body(conversion("B")) == #"{"order":"o-1","sku":"B","product":{"price":5.25},"key":"o-1-B"}"#)
        #expect(try body(conversion()) == #"{"order":"o-1","sku":"ORDER"}"#)
    }

    @Test(arguments: [
        (#"{"order":"o-1","sku":"B","product":{"price":5.50}}"#, "application/json"),
        ("order=o-1&sku=B&product.price=5.50", "application/x-www-form-urlencoded"),
    ])
    func `a request is one item when it is read`(body: String, type: String) throws {
        let mapping = try mapping()
        let request = WireRequest(
            method: "POST", path: "/pixel", query: "", headers: [("Content-Type", type)], body: Array(body.utf8))
        let identity = MappingReader.Identity(id: ConversionID(high: 0, low: 1), source: "s", receivedAt: Timestamp(seconds: 0))
        let read = try MappingReader(mapping).read(try mapping.parse(request), as: identity)
        #expect(read.items.count == 1)
        #expect(read.items.first?[.sku] == .text("B"))
        #expect(try read.items.first?[.unitPrice].number == ExactDecimal(parsing: "5.50"))
    }

    @Test func `a line knows its number, how many there are, and the order decides which entry writes it`() throws {
        let text = """
            tracker: Pixel
            for: destination
            request: { method: GET, path: /pixel }
            fields:
              order: { is: order_id, required: true }
              sum: { is: amount, as: money(major) }
            messages:
              lines:
                when: sum(items, unit_price) == amount
                request: { method: GET, path: /line, per: item }
                fields:
                  sum: { out: false }
                  sku: { is: "items[].sku", out: 'position + "-" + sku', line: "'none'" }
                  place: { as: integer, out: position }
                  count: { as: integer, out: count() }
            replies: { accepted: { status: 200 } }
            """
        let (mapping, diagnostics) = MappingCompiler.compile(text, name: "pixel", file: "pixel.yaml")
        let writer = try MappingWriter(try #require(mapping, "\(diagnostics.sorted)"), url: "https://t.example")
        var order = conversion("A", "B")
        order[.amount] = .number(try ExactDecimal(parsing: "10.50"))
        #expect(
            try writer.requests(for: order, at: Timestamp(seconds: 0)).map(\.url) == [
                "https://t.example/line?order=o-1&sku=1-A&place=1&count=2", "https://t.example/line?order=o-1&sku=2-B&place=2&count=2",
            ])
        order[.amount] = .number(try ExactDecimal(parsing: "12.50"))
        #expect(try writer.requests(for: order, at: Timestamp(seconds: 0)).map(\.url) == ["https://t.example/pixel?order=o-1&sum=12.50"])
    }
}
