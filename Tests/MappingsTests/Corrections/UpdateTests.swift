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
            whole: true
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

    // MARK: What the main request gives to others

    private static let bistro = """
        tracker: Bistro
        request: { method: GET, path: /pay }
        fields:
          id: { is: order_id, required: true }
          payout: { is: amount, as: money(minor) }
          kind: { is: type, values: { buy: sale, ask: lead } }
          state: { is: status, values: { ok: approved, no: [refunded, rejected] } }
          why: { is: reason, length: 1..5 }
        checks:
          - { need: 'not (status in ["refunded"])', else: "Bistro takes no {status} bill" }
          - { need: exists(amount), else: an amount is required, corrections: true }
        same_conversion: [order_id]
        messages:
          question:
            when: type == "lead"
            request: { method: POST, path: /ask, body: form }
            fields:
              payout: { required: false, out: false }
              note: { is: sub_ids.s1 }
          bare:
            when: type == "install"
            request: { method: POST, path: /installed, body: json }
            for: out
            only: true
            fields: { order: { out: order_id } }
          trial: { when: type == "trial", skip: "Bistro serves no {type}" }
        updates:
          part:
            when: update == "refund" and status == "approved"
            request: { method: POST, path: /back, body: json }
            means: refund
            fields: { id: { is: order_id, required: true } }
          again:
            resend: true
            fields: { payout: { out: amount - refunded }, kind: { out: "'gone'" }, why: { required: true } }

        """

    private static func sentByBistro(_ values: [Field: String], _ text: String = bistro) throws -> String {
        Samples.sent(conversion(values), to: try MappingWriter(Samples.compile(text), url: "https://t.example"))
    }

    @Test func `a field that is sent again keeps what it does not say`() throws {
        #expect(
            try Self.sentByBistro([
                .orderID: "1", .type: "sale", .amount: "50", .currency: "EUR", .status: "refunded", .reason: "late", .update: "status",
                .refunded: "20",
            ]) == "GET /pay?id=1&payout=3000&kind=gone&state=no&why=late")
        #expect(
            try Self.sentByBistro([
                .orderID: "1", .type: "sale", .amount: "50", .currency: "EUR", .status: "rejected", .reason: "too late", .update: "status",
            ]) == "skipped: why has 8 characters; Bistro takes at most 5")
    }

    @Test func `a check holds back what is sent again only if it says so, and is named then`() throws {
        #expect(
            try Self.sentByBistro([.orderID: "1", .type: "sale", .status: "refunded", .reason: "late", .update: "status"])
                == "skipped: an amount is required (the check 'exists(amount)', which counts for corrections too)")
        #expect(
            try Self.sentByBistro([.orderID: "1", .type: "sale", .status: "refunded", .amount: "5"])
                == "skipped: Bistro takes no refunded bill")
    }

    @Test func `a part that goes back is not sent as the whole, unless the mapping says so`() throws {
        let part: [Field: String] = [
            .orderID: "1", .type: "sale", .amount: "50", .currency: "EUR", .status: "approved", .update: "refund", .refund: "20",
            .refunded: "20",
        ]
        #expect(
            try Self.sentByBistro(part)
                == "skipped: /back of Bistro does not say how much goes back, so it would take back all; the refund of EUR 20.00 was not sent"
        )
        let loose = Self.bistro.replacing("    means: refund\n", with: "    means: refund\n    part_as_whole: true\n")
        #expect(try Self.sentByBistro(part, loose) == #"POST /back {"id":"1"}"#)
        let exact = Self.bistro.replacing(
            "required: true } }\n  again", with: "required: true }, left: { is: remaining, as: money(major) } }\n  again")
        #expect(try Self.sentByBistro(part, exact) == #"POST /back {"id":"1","left":30.00}"#)
    }

    @Test func `other first messages have the main fields with what they change and add`() throws {
        #expect(
            try Self.sentByBistro([.orderID: "1", .type: "lead", .amount: "5", .currency: "EUR"]) == "POST /ask id=1&kind=ask")
        #expect(try Self.sentByBistro([.orderID: "1", .type: "install", .amount: "5"]) == #"POST /installed {"order":"1"}"#)
        #expect(try Self.sentByBistro([.orderID: "1", .type: "trial"]) == "skipped: Bistro serves no trial")
        #expect(
            try Self.sentByBistro([.orderID: "1", .type: "sale", .amount: "5", .currency: "EUR"]) == "GET /pay?id=1&payout=500&kind=buy")
        let question = try #require(Samples.compile(Self.bistro).messages.first?.inbound)
        let request = WireRequest(
            method: "POST", path: "/ask", headers: [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array("id=1&kind=ask&payout=250&note=n".utf8))
        let defaults: [(path: FieldPath, value: Value)] = [(.field(.currency), .text("EUR"))]
        let read = try MappingReader(question, defaults: defaults).read(question.parse(request), as: Samples.identity)
        #expect(read.exampleText("amount") == "EUR 2.50" && read.subID("s1") == "n" && read.text(.type) == "lead")
    }

    private static let arcade = """
        tracker: Arcade
        request: { method: GET, path: /hit, if: not (number(query.sum) < 0) }
        fields:
          id: { is: order_id, required: true }
          sum: { is: amount, as: money(major) }
          land: { is: customer.country }
        computed: { currency: '"EUR"' }
        same_conversion: [order_id]
        updates:
          minus:
            request: { method: GET, path: /hit, if: number(query.sum) < 0 }
            for: in
            means: refund
            fields:
              id: { is: order_id, required: true }
              sum: { is: refund, as: "money(major, signed)" }
          lines:
            request: { method: POST, path: /lines, body: json }
            for: in
            means: refund
            fields:
              id: { is: order_id, required: true }
              "back[].sum": { is: refunded, as: "money(major, signed)", take: sum }
          goods:
            request: { method: POST, path: /goods, body: json }
            for: in
            means: refund
            fields:
              id: { is: order_id, required: true }
              "goods[].price": { is: "items[].unit_price" }
              "goods[].count": { is: "items[].quantity" }
            computed: { refund: "sum(items, unit_price * quantity)" }
          again: { resend: true, fields: { land: { out: "coalesce(customer.country, 'DE')" } } }

        """

    private static func readByArcade(_ name: String, _ query: String = "", _ body: String = "") throws -> Correction {
        let inbound = try #require(Samples.compile(arcade).updates.first { $0.name == name }?.inbound)
        let request = WireRequest(
            method: inbound.request.methods[0], path: inbound.request.path.description, query: query,
            headers: [("Content-Type", "application/json")], body: Array(body.utf8))
        return try MappingReader(inbound).readCorrection(inbound.parse(request), as: Samples.identity).correction
    }

    @Test func `negative sales, refunds by line and by goods come to what goes back`() throws {
        func amount(_ text: String) throws -> Correction.Amount { .major(try ExactDecimal(parsing: text)) }
        #expect(try Self.readByArcade("minus", "id=1&sum=-12.50") == Correction(status: "refunded", refund: amount("12.5")))
        let lines = try Self.readByArcade("lines", "", #"{"id":"1","back":[{"sum":"-10.00"},{"sum":"-2.50"}]}"#)
        #expect(lines == Correction(status: "refunded", refunded: try amount("12.5")))
        let goods = try Self.readByArcade("goods", "", #"{"id":"1","goods":[{"price":5,"count":2},{"price":"2.5","count":1}]}"#)
        #expect(goods == Correction(status: "refunded", refund: try amount("12.5")))
        #expect(throws: Refusal(.missingField, field: "refund", "refund is required: without it nobody knows how much goes back")) {
            try Self.readByArcade("goods", "", #"{"id":"1"}"#)
        }
    }

    @Test func `one address takes a sale by its plus and a refund by its minus`() throws {
        let mapping = try Samples.compile(Self.arcade)
        let minus = try #require(mapping.updates.first?.inbound?.request.condition)
        for (query, isRefund) in [("id=1&sum=-5", true), ("id=1&sum=5", false), ("id=1", false)] {
            let raw = RawRequest(WireRequest(method: "GET", path: "/hit", query: query))
            #expect(minus.isTrue(raw) == isRefund && mapping.request.condition?.isTrue(raw) == !isRefund, "\(query)")
        }
    }

    @Test func `a field that is sent again keeps the converter of its canonical field`() throws {
        let writer = try MappingWriter(Samples.compile(Self.arcade), url: "https://t.example")
        let rejected = Self.conversion([.orderID: "1", .status: "rejected", .update: "status", .customerCountry: "Nowhere"])
        #expect(Samples.sent(rejected, to: writer).hasPrefix("skipped: land 'Nowhere' is not"))
    }

    @Test func `without whole: true a refund that does not say how much is refused`() throws {
        let strict = Self.acme.replacing("    whole: true\n", with: "")
        let inbound = try #require(Samples.compile(strict).updates.first?.inbound)
        let request = WireRequest(
            method: "POST", path: "/north/void", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array("ref=1".utf8)
        )
        func refusal(of request: WireRequest) -> Refusal? {
            Result { () throws(Refusal) in
                try MappingReader(inbound, settings: ["shop": .text("north")]).readCorrection(inbound.parse(request), as: Samples.identity)
            }.failure
        }
        #expect(refusal(of: request)?.reason == "back is required: without it nobody knows how much goes back")
        #expect(refusal(of: request)?.code == .missingField)
        var odd = request
        odd.body = Array("ref=1&Back=3".utf8)
        // Leaving it out would not take back all.
        #expect(refusal(of: odd)?.reason == "'Back' is not read here; send the amount that goes back as back")
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
