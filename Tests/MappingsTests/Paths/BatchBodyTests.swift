import Testing

@testable import Mappings

/// A tracker that takes a list of conversions gets a list of one, and a sender's list of one is read.
struct BatchBodyTests {
    private static let fields = """
        event: { is: order_id, required: true }
        user.ids[0]: { is: click_id }
        "contents[].id": { is: "items[].sku" }
        test_code: { place: envelope, out: '"T1"' }
        """

    private static func sample(_ list: String = "data") throws -> PathSample {
        try PathSample(Self.fields, request: "{ method: POST, path: /p, body: json, list: \(list) }")
    }

    @Test func `the fields are those of one element, and the envelope is beside the list`() throws {
        let sample = try Self.sample()
        let conversion = try PathSample.conversion([.orderID: "o", .clickID: "c"], items: [PathSample.item([.sku: "A"])])
        let request = try sample.request(for: conversion)
        let body = #"{"data":[{"event":"o","user":{"ids":["c"]},"contents":[{"id":"A"}]}],"test_code":"T1"}"#
        #expect(String(decoding: request.body, as: UTF8.self) == body)
        let element = try #require(request.element)
        #expect(String(decoding: request.body[element], as: UTF8.self) == #"{"event":"o","user":{"ids":["c"]},"contents":[{"id":"A"}]}"#)
        #expect(sample.read(json: body) == #"order_id=o; click_id=c; [sku=A]; extra={"test_code":"T1"}"#)
    }

    @Test func `a deeper list, and a body that is the list`() throws {
        let deep = try Self.sample("batch.events")
        #expect(
            try deep.write(PathSample.conversion([.orderID: "o"])) == #"{"batch":{"events":[{"event":"o"}]},"test_code":"T1"}"#)
        let bare = try PathSample("event: { is: order_id, required: true }", request: #"{ method: POST, path: /p, body: json, list: "" }"#)
        let conversion = try PathSample.conversion([.orderID: "o"])
        #expect(bare.write(conversion) == #"[{"event":"o"}]"#)
        #expect(try bare.request(for: conversion).element == 1..<14)
        #expect(bare.read(json: #"[{"event":"o","x":1}]"#) == #"order_id=o; extra={"[0].x":1}"#)
    }

    @Test func `several conversions in one request are refused, and one that stands alone is read`() throws {
        let sample = try Self.sample()
        #expect(
            sample.read(json: #"{"data":[{"event":"1"},{"event":"2"}]}"#)
                == "refused: data has 2 conversions; send one in each request; event is required")
        #expect(
            sample.read(json: #"{"data":{"event":"1"}}"#)
                == "order_id=1; ! data is one element instead of a list; it was read as a list of one")
    }

    @Test func `what is not there is not written`() throws {
        let plain = try PathSample("a: { is: click_id }", request: "{ method: POST, path: /p, body: json, list: data }")
        #expect(try plain.write(PathSample.conversion([:])) == "{}")
    }
}
