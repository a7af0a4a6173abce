import Testing

@testable import Mappings

/// A correction's amount may stand in a list, and several of them may be its parts.
struct CorrectionPathTests {
    private static func refund(_ field: String, _ body: String) throws -> String {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /sale, body: json }
            fields: { id: { is: order_id } }
            same_conversion: [order_id]
            updates:
              refund:
                request: { method: POST, path: /refund, body: json }
                means: { status: refunded }
                fields:
                  id: { is: order_id, required: true }
                  \(field)

            """)
        let inbound = try #require(mapping.updates.first?.inbound)
        let request = WireRequest(
            method: "POST", path: "/refund", headers: [("Content-Type", "application/json")], body: Array(body.utf8))
        do throws(Refusal) {
            let message = try MappingReader(inbound).readCorrection(inbound.parse(request), as: Samples.identity)
            guard case .major(let amount)? = message.correction.refund else { return "all" }
            return amount.description
        } catch {
            return "refused: \(error.reason)"
        }
    }

    @Test func `an amount at a position is the refund, not the whole sale`() throws {
        let field = #""transactions[0].amount": { is: refund, as: money(major) }"#
        #expect(try Self.refund(field, #"{"id":1,"transactions":[{"amount":"41.94"}]}"#) == "41.94")
        #expect(
            try Self.refund(field, #"{"id":1,"transactions":[{"amount":""}]}"#)
                .hasPrefix("refused: transactions[0].amount is empty; send the amount that goes back"))
    }

    @Test func `the amounts of several parts are added`() throws {
        let field = #""transactions[].amount": { is: refund, as: money(major), take: sum }"#
        #expect(try Self.refund(field, #"{"id":1,"transactions":[{"amount":"41.94"},{"amount":2}]}"#) == "43.94")
        #expect(try Self.refund(field, #"{"id":1,"transactions":[{"amount":"x"}]}"#).hasPrefix("refused: transactions[].amount 'x' is not"))
        #expect(
            try Self.refund(field, #"{"id":1,"transactions":[{"amount":null},{"amount":" "}]}"#)
                .hasPrefix("refused: transactions[].amount is empty; send the amount that goes back"))
    }
}
