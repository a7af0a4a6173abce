import Testing

@testable import Mappings

struct UpdateTests {
    /// A tracker whose refunds are a form at a path with a setting, in major units of a currency that is sent.
    private static let acme = """
        tracker: Acme
        request: { method: POST, path: "/{shop}/sale", body: json }
        settings: { shop: { required: destination } }
        credentials: { key: { header: X-Key }, sign: { signs: true } }
        signature: { key: sign, query: sig, signs: [raw_body] }
        fields:
          ref: { is: order_id, required: true }
          sum: { is: amount, as: money(major) }
          cur: { is: currency, default: EUR }
          status: { is: status, required: true }
        checks:
          - need: not (status in ["rejected", "refunded", "chargeback"])
            else: Acme takes no {status} sale
            for: out
        same_conversion: [order_id]
        updates:
          void:
            request: { method: POST, path: "/{shop}/void", body: form }
            when: status in ["rejected", "refunded", "chargeback"] or update == "refund"
            means: { status: refunded }
            fields:
              ref: { is: order_id, required: true }
              back: { is: refund, as: money(major) }
              cur: { is: currency }
              why: { is: reason }
            checks:
              - { need: not (reason == "none"), else: "why '{reason}' is no reason", for: in }
            replies:
              accepted: { status: 202, body: { voided: "{order_id}" } }
              unknown: { status: 200, body: { voided: false }, outcome: retry }
          price:
            request: { method: PUT, path: "/{shop}/price", body: json }
            when: update == "amount"
            fields:
              ref: { is: order_id, required: true }
              cents: { is: amount, as: money(minor) }

        """

    private static func writer() throws -> MappingWriter {
        try MappingWriter(
            Samples.compile(acme), url: "https://t.example/north/sale/", settings: ["shop": .text("north")],
            credentials: ["key": "k-1", "sign": "s-1"])
    }

    private static func conversion(_ values: [Field: String]) -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        for (field, text) in values { conversion[.field(field)] = .text(text) }
        return conversion
    }

    private static func read(_ name: String, _ body: String, type: String = "application/x-www-form-urlencoded") throws
        -> Result<CorrectionMessage, Refusal>
    {
        let inbound = try #require(Samples.compile(acme).updates.first { $0.name == name }?.inbound)
        let defaults: [(path: FieldPath, value: Value)] = [(.field(.currency), .text("USD")), (.field(.status), .text("pending"))]
        let reader = MappingReader(inbound, settings: ["shop": .text("north")], defaults: defaults)
        let request = WireRequest(method: "POST", path: "/north/void", headers: [("Content-Type", type)], body: Array(body.utf8))
        return Result { () throws(Refusal) in try reader.readCorrection(inbound.parse(request), as: Samples.identity) }
    }

    // MARK: Out

    @Test func `a correction is sent by its own request, with the tracker's credentials and signature`() throws {
        let request = try Self.writer().write(
            Self.conversion([
                .orderID: "A 1", .amount: "50", .currency: "EUR", .status: "approved", .update: "refund", .refund: "20", .refunded: "20",
            ]), at: Samples.receivedAt)
        #expect(request.method == "POST" && request.update == "void")
        #expect(request.url.hasPrefix("https://t.example/north/void?sig="))
        #expect(String(decoding: request.body, as: UTF8.self) == "ref=A%201&back=20.00&cur=EUR")
        #expect(request.headers.contains { $0.name == "X-Key" && $0.value == "k-1" } && request.secretHeaders == ["X-Key"])
    }

    @Test func `a first message is sent by the main request, and its checks still count`() throws {
        let writer = try Self.writer()
        let request = try writer.write(
            Self.conversion([.orderID: "1", .amount: "50", .currency: "EUR", .status: "approved"]), at: Samples.receivedAt)
        #expect(request.url.hasPrefix("https://t.example/north/sale?sig=") && request.update == nil)
        #expect(throws: Skip("Acme takes no refunded sale")) {
            try writer.write(Self.conversion([.orderID: "1", .status: "refunded"]), at: Samples.receivedAt)
        }
    }

    @Test func `a correction without an entry is named`() throws {
        #expect(throws: Skip("Acme has no call for this correction, so the status 'approved' was not sent")) {
            try Self.writer().write(Self.conversion([.orderID: "1", .status: "approved", .update: "status"]), at: Samples.receivedAt)
        }
        let plain = try Samples.compile("tracker: Plain\nrequest: { method: GET, path: /p }\nfields: { c: { is: click_id } }\n")
        #expect(throws: Skip("Plain takes no corrections, so the refund of EUR 10.00 was not sent")) {
            try MappingWriter(plain, url: "https://t.example").write(
                Self.conversion([.clickID: "1", .currency: "EUR", .update: "refund", .refund: "10"]), at: Samples.receivedAt)
        }
    }

    @Test func `an update's answers are read by its own replies, then by the tracker's`() throws {
        let writer = try Self.writer()
        #expect(writer.interpret(status: 200, body: Array(#"{"voided":false}"#.utf8), update: "void")?.outcome == .retry)
        #expect(writer.interpret(status: 202, body: Array(#"{"voided":"1"}"#.utf8), update: "void")?.outcome == .delivered)
        #expect(writer.interpret(status: 202, body: Array(#"{"voided":"1"}"#.utf8), update: nil) == nil)
        #expect(writer.interpret(status: 200, body: Array(#"{"ok":true,"again":true}"#.utf8), update: "void")?.outcome == .duplicate)
    }

    @Test func `a tracker that never received it gets what is left`() throws {
        let conversion = Self.conversion([
            .orderID: "1", .amount: "50", .currency: "EUR", .status: "approved", .update: "refund", .refund: "5", .refunded: "20",
        ])
        let present = conversion.asFirstMessage
        #expect(present.exampleText("amount") == "EUR 30.00" && present[.update].isAbsent && present[.refunded].isAbsent)
        #expect(String(decoding: try Self.writer().write(present, at: Samples.receivedAt).body, as: UTF8.self).contains(#""sum":30.00"#))
    }

    // MARK: In

    @Test func `a message is read without the source's defaults`() throws {
        let message = try Self.read("void", "ref=A-1&back=12.50&cur=EUR&why=late&colour=green").get()
        #expect(
            message.correction
                == Correction(status: "refunded", refund: .major(try ExactDecimal(parsing: "12.5")), currency: "EUR", reason: "late"))
        #expect(message.message.text(.orderID) == "A-1" && message.message.extra["colour"] == "green")
        #expect(try Self.read("void", "ref=A-1").get().correction == Correction(status: "refunded"))
    }

    @Test func `minor units wait for the conversion if no currency was sent`() throws {
        let message = try Self.read("price", #"{"ref":"A-1","cents":1250}"#, type: "application/json").get()
        #expect(message.correction == Correction(amount: .minor(ExactDecimal(1250), .iso)))
        #expect(message.message[.amount].isAbsent)
        for body in [#"{"ref":"A-1","cents":12.50}"#, #"{"ref":"A-1","cents":1250.0}"#] {
            let refusal = try Self.read("price", body, type: "application/json").failure
            #expect(refusal?.reason.hasSuffix("must be a whole number of minor units, such as 4990 for EUR 49.90") == true)
        }
        let negative = try Self.read("price", #"{"ref":"A-1","cents":-5}"#, type: "application/json").failure
        #expect(negative?.reason == "cents '-5' is negative; send zero or more")
    }

    @Test func `a message with mistakes is refused with all of them`() throws {
        #expect(
            try Self.read("void", "back=1,005&cur=EUR").failure?.reason
                == "ref is required; back '1,005' has a comma that could mean thousands or decimals; write plain digits with a point for decimals, such as 1234.56"
        )
        #expect(try Self.read("void", "ref=1&why=none").failure?.reason == "why 'none' is no reason")
    }

    @Test func `every correction of a conversion is sent to each tracker or skipped`() throws {
        for name in Samples.names {
            let writer = try Samples.writer(to: name)
            for source in Samples.names {
                var conversion = try Samples.sample(from: source)
                for status in Field.statuses {
                    for update in Field.updates {
                        conversion[.status] = .text(status)
                        conversion[.update] = .text(update)
                        conversion[.refund] = update == "refund" ? .number(ExactDecimal(1)) : .absent
                        conversion[.refunded] = conversion[.refund]
                        let sent = Samples.sent(conversion, to: writer)
                        #expect(!sent.contains("has no call") && !sent.contains("takes no corrections"), "\(source) to \(name): \(sent)")
                    }
                }
            }
        }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
