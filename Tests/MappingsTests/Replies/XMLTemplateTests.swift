import Testing

@testable import Mappings

/// Replies in XML, written and recognised.
struct XMLTemplateTests {
    private static func mapping() throws -> Mapping {
        let (mapping, diagnostics) = MappingCompiler.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: json }
            fields: { id: { is: order_id } }
            same_conversion: [order_id]
            replies:
              accepted: { xml: { "a:answer": { "@code": 0, status: ok, id: "{id}", note: { "@lang": en, $: "for {order_id}" }, empty: {} } } }
              duplicate: { xml: { answer: { "@code": 1, status: ok, id: "{id}" } } }
              refused: { status: 200, xml: { answer: { "@code": 2, reason: "{reason}", error: [{ "@field": "{field}" }] } } }
              error: { status: 200, xml: { answer: { "@code": 2, reason: "{reason}" } } }
            """, name: "acme", file: "acme.yaml")
        #expect(diagnostics.sorted.map(\.description) == [])
        return try #require(mapping)
    }

    private static func reply(_ name: String, id: String? = nil, reason: String? = nil) throws -> String {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.orderID] = .text("<A&1>")
        var variables = ReplyVariables()
        variables.id = id
        variables.refusal = reason.map { Refusal(.invalid, $0) }
        let reply = try mapping().reply(name, to: conversion, variables)
        #expect(reply.contentType == "application/xml")
        return String(decoding: reply.body, as: UTF8.self).replacing(#"<?xml version="1.0" encoding="UTF-8"?>"#, with: "")
    }

    @Test func `values are escaped, and what is absent is left out`() throws {
        #expect(
            try Self.reply("accepted", id: "T\"7")
                == #"<a:answer code="0"><status>ok</status><id>T"7</id><note lang="en">for &lt;A&amp;1&gt;</note><empty/></a:answer>"#)
        #expect(try Self.reply("duplicate") == #"<answer code="1"><status>ok</status></answer>"#)
        #expect(try Self.reply("invalid", reason: "click 'a<\u{1}>' is wrong").contains("click 'a&lt;\u{FFFD}&gt;' is wrong"))
    }

    @Test(arguments: [
        (#"<answer code="0"><status> ok </status><id>7</id><note lang="en">x</note><empty/><more/></answer>"#, "delivered 7 nothing"),
        (#"<x:answer xmlns:x="u" x:code="1"><x:status>ok</x:status><x:id>8</x:id></x:answer>"#, "duplicate 8 nothing"),
        (#"<answer code="1"><status>ok</status></answer>"#, "none"), (#"<answer code="3"><status>ok</status><id>8</id></answer>"#, "none"),
        (#"<answer code="0"><status>ok</status><id>7</id><note lang="en">x</note><empty>no</empty></answer>"#, "none"),
        (
            #"<answer code="2"><reason>no &lt;click&gt;</reason><error field="a"/><error field="b"/></answer>"#,
            "rejected nothing no <click>"
        ),
        (#"<other code="1"><status>ok</status><id>8</id></other>"#, "none"), ("<answer", "none"),
        (#"{"code": 1, "status": "ok", "id": 8}"#, "none"),
    ])
    func `an answer is recognised by what is fixed in it`(body: String, wanted: String) throws {
        let reading = try Self.mapping().interpret(status: 200, body: Array(body.utf8))
        let found = reading.map { "\($0.outcome) \($0.remoteID ?? "nothing") \($0.message ?? "nothing")" }
        #expect((found ?? "none") == wanted)
    }
}
