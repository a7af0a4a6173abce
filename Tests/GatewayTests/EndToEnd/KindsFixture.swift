import Foundation
import Mappings

/// Two platforms that send everything to one address: one counts refunds as totals, the other says what an order is worth now.
enum KindsFixture {
    static let till = """
        tracker: Till
        request: { method: POST, path: /webhooks/till, body: json, if: 'body.type == "order.paid"' }
        credentials: { signing_secret: { signs: true } }
        signature: { key: signing_secret, header: Till-Signature, signs: [raw_body] }
        fields:
          type: { out: '"order.paid"' }
          data.order: { is: order_id, required: true }
          data.total: { is: amount, as: money(minor), required: type == "sale" }
          data.currency: { is: currency }
          data.click: { is: click_id }
        computed: { type: '"sale"' }
        same_conversion: [order_id]
        messages:
          form:
            request: { method: POST, path: /webhooks/till, body: json, if: 'body.type == "form.sent"' }
            when: type in ["lead", "signup"]
            computed: { type: '"lead"' }
            fields:
              type: { out: '"form.sent"' }
              data.campaign: { is: sub_ids.s1 }
            examples:
              - name: a form
                given: { body: { type: form.sent, data: { order: f-1, click: c-1, campaign: spring } } }
                expect: { type: lead, order_id: f-1, amount: ~, sub_ids.s1: spring }
                sends: { path: /webhooks/till, body: { type: form.sent, data: { order: f-1, click: c-1, campaign: spring } } }
        updates:
          refund:
            request: { method: POST, path: /webhooks/till, body: json, if: 'body.type == "order.refunded"' }
            when: update == "refund"
            means: refund
            fields:
              type: { out: '"order.refunded"' }
              data.order: { is: order_id, required: true }
              data.amount_refunded: { is: refunded, as: money(minor) }
            examples:
              - name: more went back than before
                about: { order_id: o-1, amount: EUR 50.00, refunded: EUR 5.00, status: approved }
                given: { body: { type: order.refunded, data: { order: o-1, amount_refunded: 1200 } } }
                expect: { refund: EUR 7.00, refunded: EUR 12.00, remaining: EUR 38.00, status: approved }
                sends: { body: { type: order.refunded, data: { order: o-1, amount_refunded: 1200 } } }
              - name: nothing new went back
                about: { order_id: o-1, amount: EUR 50.00, refunded: EUR 12.00, status: approved }
                given: { body: { type: order.refunded, data: { order: o-1, amount_refunded: 1200 } } }
                note: EUR 12.00 went back already, so a total of EUR 12.00 is nothing new
              - name: nobody says how much
                given: { body: { type: order.refunded, data: { order: o-1 } } }
                error: "data.amount_refunded is required: without it nobody knows how much goes back"
                code: missing_field
        ignores:
          - { if: 'body.type in ["customer.created", "order.created"]', because: not about money }
        replies:
          accepted: { status: 200, body: { received: true } }
          duplicate: { status: 200, body: { received: true, again: true } }
          ignored: { status: 202, body: { received: true, of: "{now}" } }
          error: { body: { problem: "{reason}" } }

        """

    static let stall = """
        tracker: Stall
        request: { method: POST, path: [/webhooks/stall], body: json, if: 'headers.X-Stall-Topic == "order.created"' }
        credentials: { secret: { signs: true } }
        signature: { key: secret, header: X-Stall-Signature, encoding: base64, signs: [raw_body] }
        handshakes:
          - { method: [GET, HEAD, OPTIONS], text: ready }
          - { if: 'headers.Content-Type == "application/x-www-form-urlencoded" and exists(body.webhook_id) and not exists(headers.X-Stall-Topic)' }
        fields:
          number: { is: order_id, required: true }
          total: { is: amount, as: money(major), required: true }
          currency: { is: currency, required: true }
          visit: { is: click_id }
        computed: { type: '"sale"' }
        same_conversion: [order_id]
        updates:
          changed:
            request: { method: POST, path: /webhooks/stall, body: json, if: 'headers.X-Stall-Topic == "order.updated" and exists(body.worth)' }
            for: in
            means: refund
            fields:
              number: { is: order_id, required: true }
              worth: { is: remaining, as: money(major) }
              currency: { is: currency }
          returned:
            request: { method: POST, path: /webhooks/stall, body: json, if: 'headers.X-Stall-Topic == "refund.created"' }
            for: in
            means: refund
            whole: true
            fields:
              number: { is: order_id, required: true }
              amount: { is: refund, as: "money(major, signed)" }
              currency: { is: currency }
        ignores:
          - else: true
        replies:
          accepted: { status: 200 }
          duplicate: { status: 200, text: known }

        """

    static let tillSource = ConfigurationText.Entry("till", ["tracker": "till", "credentials": "{ signing_secret: till-secret-0001 }"])
    static let stallSource = ConfigurationText.Entry("stall", ["tracker": "stall", "credentials": "{ secret: stall-secret-001 }"])

    static func configuration(_ more: KeyValuePairs<String, String> = [:]) -> ConfigurationText {
        var configuration = ConfigurationText(
            sources: [tillSource, stallSource],
            to: [
                .postback("pb", "/pb?id={order_id}&type={type}&sum={amount}&back={refund}&all={refunded}&left={remaining}"),
                .tracker("out", "till", at: "/out", credentials: "{ signing_secret: out-secret-00001 }"),
            ], ["mappings": "trackers"])
        for (key, value) in more { configuration[key] = value }
        return configuration
    }

    static func write(to bench: Workbench) throws {
        try bench.write(till, to: "trackers/till.yaml")
        try bench.write(stall, to: "trackers/stall.yaml")
    }

    static func till(_ type: String, _ data: String, secret: String = "till-secret-0001") -> Sample {
        let body = #"{"type":"\#(type)","data":\#(data)}"#
        return Sample(
            source: "till", target: "/webhooks/till", headers: [Samples.json, ("Till-Signature", hmac(body, secret))], body: body)
    }

    static func stall(_ topic: String, _ body: String, secret: String = "stall-secret-001") -> Sample {
        let signature = Data(hmac(body, secret).hexBytes).base64EncodedString()
        return Sample(
            source: "stall", target: "/webhooks/stall",
            headers: [Samples.json, ("X-Stall-Topic", topic), ("X-Stall-Signature", signature)], body: body)
    }
}

extension String {
    fileprivate var hexBytes: [UInt8] {
        var bytes: [UInt8] = []
        var rest = self[...]
        while let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
