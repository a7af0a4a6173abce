import Testing

@testable import Mappings

/// Fields that the main request has another value for when it is sent once more.
struct ResentFieldTests {
    private static let mapping = """
        tracker: Acme
        request: { method: POST, path: /p, body: json }
        fields:
          ref: { is: order_id }
          kind: { is: type, values: { buy: sale } }
          sum: { is: amount, as: "money(major, signed)" }
          new: { is: is_subscription }
          cur: { is: currency }
        updates:
          refund:
            when: update == "refund"
            resend: true
            fields:
              kind: { out: '"back"' }
              sum: { out: "-refund" }
              new: { out: "false" }
          status:
            resend: true
            fields: { sum: { out: "5", as: text }, new: { is: is_subscription, out: false } }

        """

    @Test func `a field that is only written stays on the wire what it is`() throws {
        let writer = try MappingWriter(Samples.compile(Self.mapping), url: "https://t.example")
        var conversion = try PathSample.conversion([
            .orderID: "o", .type: "sale", .amount: "9.50", .currency: "EUR", .isSubscription: "true", .update: "refund", .refund: "2",
        ])
        #expect(Samples.sent(conversion, to: writer) == #"POST /p {"ref":"o","kind":"back","sum":-2.00,"new":false,"cur":"EUR"}"#)
        conversion[.update] = .text("status")
        #expect(Samples.sent(conversion, to: writer) == #"POST /p {"ref":"o","kind":"buy","sum":"5","cur":"EUR"}"#)
    }
}
