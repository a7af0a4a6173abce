import Testing

@testable import Mappings

/// What an example can state, and that what does not hold is said.
struct ExampleTests {
    private static let mapping = """
        tracker: Acme
        request: { method: POST, path: /p, body: form }
        fields:
          ref: { is: order_id }
          sum: { is: amount, as: money(major) }
          cur: { is: currency }
          "sku{1..}": { is: "items[].sku" }
          "n{1..}": { is: "items[].quantity" }
          "tag[]": { is: sub_ids.s1, join: "," }
          X-Kind: { place: header, out: '"sale"' }

        """

    private static func differences(_ example: String) throws -> [String] {
        let mapping = try Samples.compile(mapping + "examples:\n  - " + example.replacing("\n", with: "\n    ") + "\n")
        return ExampleRunner(mapping).run().flatMap(\.differences).map(\.message)
    }

    @Test func `a form's parameters, headers, items and defaults are stated`() throws {
        #expect(
            try Self.differences(
                """
                name: an order with items
                conversion: { order_id: A-1, amount: EUR 9.50, "items[0].sku": A, "items[0].quantity": "2", "items[1].sku": B, sub_ids.s1: "x,y" }
                sends:
                  headers: { X-Kind: sale, content-type: application/x-www-form-urlencoded, X-Other: ~ }
                  body: { ref: A-1, sum: 9.50, cur: EUR, sku1: A, n1: 2, sku2: B, "tag[]": [x, y] }
                """) == [])
        #expect(
            try Self.differences(
                """
                name: the same as a text
                conversion: { order_id: A-1, "items[0].sku": A B }
                sends: { body: ref=A-1&sku1=A%20B }
                """) == [])
        #expect(
            try Self.differences(
                """
                name: a source with defaults
                defaults: { currency: EUR, program: P }
                given: { form: { ref: A-1, sum: "9.50" } }
                expect: { amount: EUR 9.50, program: P }
                """) == [])
    }

    @Test func `what is sent otherwise is a difference`() throws {
        #expect(
            try Self.differences(
                """
                name: all wrong
                conversion: { order_id: A-1, "items[0].sku": A }
                sends:
                  headers: { X-Kind: lead, X-Other: y, Accept: ~ }
                  body: { ref: A-2, sku1: A, sku2: B }
                """) == [
                    "example 'all wrong': header X-Kind: expected 'lead', found 'sale'",
                    "example 'all wrong': header X-Other: expected 'y', found nothing",
                    "example 'all wrong': header Accept: expected nothing, found 'application/json'",
                    #"example 'all wrong': body ref: expected "A-2", found "A-1""#,
                    #"example 'all wrong': body sku2: expected "B", found nothing"#,
                ])
        #expect(
            try Self.differences(
                """
                name: text
                conversion: { order_id: A-1 }
                sends: { body: ref=A }
                """) == ["example 'text': body: expected 'ref=A', found 'ref=A-1'"])
    }

    private static let kinds = """
        tracker: Acme
        request: { method: POST, path: /hook, body: json, if: 'body.type == "sale" and (settings.test or not (body.live == false))' }
        settings: { test: { as: flag, default: false } }
        ignores:
          - { if: 'body.live == false', because: it is of the test mode }
          - { if: 'body.type == "visit"', because: nothing is sold }
        fields:
          id: { is: order_id, required: true }
        same_conversion: [order_id]
        updates:
          refund:
            request: { method: POST, path: /hook, body: json, if: 'body.type == "refund"' }
            means: refund
            fields: { id: { is: order_id, required: true } }

        """

    private static func kinds(_ example: String) throws -> [String] {
        let mapping = try Samples.compile(kinds + "examples:\n  - " + example + "\n")
        return ExampleRunner(mapping).run().flatMap(\.differences).map(\.message)
    }

    @Test(arguments: [
        "{ name: a, given: { body: { type: visit } }, ignored: true }",
        "{ name: a, given: { body: { type: visit } }, ignored: nothing is sold }",
        "{ name: a, given: { body: { type: sale, id: 1, live: false } }, ignored: it is of the test mode }",
        "{ name: a, settings: { test: true }, given: { body: { type: sale, id: 1, live: false } }, expect: { order_id: 1 } }",
    ])
    func `an ignored message is stated, with its reason or without`(example: String) throws { #expect(try Self.kinds(example) == []) }

    @Test func `what is not ignored as the example says is a difference`() throws {
        #expect(
            try Self.kinds("{ name: a, given: { body: { type: visit } }, ignored: it is free }") == [
                "example 'a': ignored: expected 'it is free', found 'nothing is sold'"
            ])
        #expect(
            try Self.kinds("{ name: a, given: { body: { type: sale, id: 1 } }, ignored: true }") == [
                "example 'a': ignored: expected a message that is ignored, found the main request"
            ])
        #expect(
            try Self.kinds("{ name: a, given: { body: { type: visit, id: 1 } }, expect: { order_id: 1 } }") == [
                "example 'a': kind: expected the main request, found a message that is ignored: nothing is sold"
            ])
        #expect(
            try Self.kinds("{ name: a, given: { body: { type: refund, id: 1 } }, expect: { order_id: 1 } }") == [
                "example 'a': kind: expected the main request, found update 'refund'"
            ])
    }

    @Test func `an item's field knows its number, and a check knows the time`() throws {
        let text = """
            tracker: Acme
            request: { method: POST, path: /p, body: json }
            fields:
              ref: { is: order_id }
              at: { is: occurred_at, as: time(unix) }
              "lines[].n": { as: integer, out: position }
              "lines[].sku": { is: "items[].sku" }
            checks:
              - need: coalesce(occurred_at, received_at) + seconds(86400) > now
                else: "Acme takes events of one day, and this one is of {occurred_at}; now is {now}"

            """
        func differences(_ example: String) throws -> [String] {
            ExampleRunner(try Samples.compile(text + "examples:\n  - \(example)\n")).run().flatMap(\.differences).map(\.message)
        }
        #expect(
            try differences(
                #"{ name: a, conversion: { "items[0].sku": A, "items[1].sku": B }, sends: { body: { lines: [{ n: 1, sku: A }, { n: 2, sku: B }] } } }"#
            ) == [])
        let late = "Acme takes events of one day, and this one is of 2025-11-12T00:00:00Z; now is 2025-11-20T00:53:20Z"
        #expect(try differences("{ name: a, conversion: { occurred_at: \"2025-11-12T00:00:00Z\" }, skips: \"\(late)\" }") == [])
        #expect(try differences("{ name: a, given: { body: { ref: A, at: 1762905600 } }, error: \"\(late)\" }") == [])
    }
}
