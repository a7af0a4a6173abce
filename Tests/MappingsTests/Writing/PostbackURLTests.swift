import Testing

@testable import Mappings

struct PostbackURLTests {
    private static let place = SourceLocation(file: "gateway.yaml", line: 3, column: 19)

    private func sent(to url: String, _ conversion: Conversion, exponents: CurrencyExponents = CurrencyExponents()) throws -> String {
        var diagnostics = Diagnostics()
        let postback = try #require(PostbackURL.parse(url, at: Self.place, into: &diagnostics))
        #expect(diagnostics.all == [])
        do throws(Skip) {
            let request = try postback.write(conversion, exponents: exponents)
            #expect(request.method == "GET" && request.body.isEmpty && request.headers.isEmpty && request.maskedURL == request.url)
            return request.url
        } catch {
            return "skipped: \(error.reason)"
        }
    }

    @Test(arguments: [
        ("ftp://t.example/p?c={click_id}", "a postback_url begins with https:// or http://, found 'ftp://t.example/p?c={click_id}'"),
        ("{click_id}", "a postback_url begins with https:// or http://, found '{click_id}'"),
        ("https:///p?c={click_id}", "postback_url 'https:///p?c={click_id}' has no host"),
        ("https://{click_id}.t.example/", "a macro cannot be in the host of a postback_url: the operator fixes where requests go"),
        ("https://{click_id}@t.example/", "a macro cannot be in the host of a postback_url: the operator fixes where requests go"),
        ("https://t.example{click_id}", "a macro cannot be in the host of a postback_url: the operator fixes where requests go"),
        ("https://t.example/p?c=1", "this postback_url has no macro, so every conversion would look the same; write cid={click_id}"),
        ("https://t.example/p?c={clik_id}", "unknown macro '{clik_id}' in a postback_url; did you mean '{click_id}'?"),
        ("https://t.example/p?c={CLICK_ID}", "unknown macro '{CLICK_ID}' in a postback_url; did you mean '{click_id}'?"),
        ("https://t.example/p?c={wat}", "unknown macro '{wat}' in a postback_url; macros are canonical names such as {click_id}"),
        ("https://t.example/p?c={}", "unknown macro '{}' in a postback_url; macros are canonical names such as {click_id}"),
        ("https://t.example/p?c={click_id", "the '{' in '{click_id' has no closing '}'"),
        ("https://t.example/p?{click_id}=1", "a macro comes after a parameter's '=', found '{click_id}=1'; write cid={click_id}"),
        ("https://t.example/p?{click_id}", "a macro comes after a parameter's '=', found '{click_id}'; write cid={click_id}"),
        (
            "https://t.example/a/../p?c={click_id}",
            "the path of a postback_url holds no '.' or '..'; write the path that it leads to"
        ),
        (
            "https://t.example/p?c=#reqid#&p={payout}",
            "nothing behind the '#' of a postback_url is sent; write the macro as {click_id}, a '#' of a value as %23"
        ),
    ])
    func `a mistake in the address is reported at its place`(url: String, sentence: String) {
        var diagnostics = Diagnostics()
        _ = PostbackURL.parse(url, at: Self.place, into: &diagnostics)
        #expect(diagnostics.sorted.map(\.description) == ["gateway.yaml:3:19: error: " + sentence])
    }

    @Test func `an order without an id of its own has the conversion's, in the sale and in what corrects it`() throws {
        var sale = try Samples.sample(from: "rs-traffic")
        #expect(sale[.orderID].isAbsent)
        let id = "01KAFC0S000000000000000001"
        let url = "https://t.example/{oid}/pb?tx={order_id}&txid={txid}&st={status}"
        #expect(try sent(to: url, sale) == "https://t.example/\(id)/pb?tx=\(id)&txid=\(id)&st=approved")
        #expect(try sent(to: "https://t.example/pb?tx={order_id}", sale) == "https://t.example/pb?tx=\(id)")
        sale[.update] = .text("status")
        sale[.status] = .text("rejected")
        #expect(try sent(to: url, sale) == "https://t.example/\(id)/pb?tx=\(id)&txid=\(id)&st=rejected")
        sale[.orderID] = .text("A-1")
        #expect(try sent(to: url, sale) == "https://t.example/A-1/pb?tx=A-1&txid=A-1&st=rejected")
    }

    @Test func `macros are canonical names or the industry's words for them`() throws {
        let conversion = try Samples.sample(from: "rs-traffic")
        #expect(
            try sent(
                to:
                    "https://t.example/pb?cid={click_id}&sum={sum}&cur={currency}&e={event}&st={status}&geo={country}&s={sub1}&t={timestamp}&id={conversion_id}",
                conversion)
                == "https://t.example/pb?cid=abc123def456&sum=50.00&cur=USD&e=ftd&st=approved&geo=DE&s=fb_de_001&t=1717000000&id=01KAFC0S000000000000000001"
        )
        #expect(
            try sent(to: "http://t.example:8080/a/{clickid}/{aff_sub2}?x=1&flag&y=a{cid}b#top", conversion)
                == "http://t.example:8080/a/abc123def456/pwa?x=1&flag&y=aabc123def456b")
    }

    @Test func `a parameter whose macro has no value is left out`() throws {
        let conversion = try Samples.sample(from: "rs-traffic")
        #expect(
            try sent(to: "https://t.example/pb?cid={click_id}&tx={cart_id}&p={payout}&c=a{coupon}b&z=1", conversion)
                == "https://t.example/pb?cid=abc123def456&z=1")
    }

    @Test func `without the click or a value in the path nothing is sent`() throws {
        let conversion = try Samples.sample(from: "refcampaign")
        #expect(
            try sent(to: "https://t.example/pb?cid={clickid}&tx={order_id}", conversion)
                == "skipped: the postback_url needs click_id, which the conversion does not have; a route can give it: set: { click_id: … }"
        )
        #expect(
            try sent(to: "https://t.example/{cid}/pb", conversion)
                == "skipped: the postback_url needs {cid} in its path, but the conversion has no click_id")
        #expect(
            try sent(to: "https://t.example/pb?sum={amount}&c={coupon}&tx={order_id}", conversion)
                == "skipped: the postback_url needs coupon_code, which the conversion does not have; a route can give it: set: { coupon_code: … }"
        )
        #expect(try sent(to: "https://t.example/pb?tx={order_id}&c={coupon}", conversion) == "https://t.example/pb?tx=ord_42")
    }

    @Test(arguments: [
        ("{amount}", "%7Bamount%7D"), ("a&b=c", "a%26b%3Dc"), ("%41", "%2541"), ("a\r\nHost: x", "a%0D%0AHost%3A%20x"),
        ("../../x", "..%2F..%2Fx"), ("a#b?c", "a%23b%3Fc"),
        ("ü😀", "%C3%BC%F0%9F%98%80"), ("+", "%2B"), ("\0", "%00"),
    ])
    func `a value of any content stays in its place and is never expanded again`(value: String, encoded: String) throws {
        var conversion = try Samples.sample(from: "rs-traffic")
        conversion[.clickID] = .text(value)
        #expect(
            try sent(to: "https://t.example/{click_id}?c={click_id}&a={amount}", conversion)
                == "https://t.example/\(encoded)?c=\(encoded)&a=50.00")
    }

    @Test(arguments: [".", ".."])
    func `a value that would lead out of the path is not sent`(value: String) throws {
        var conversion = try Samples.sample(from: "rs-traffic")
        conversion[.clickID] = .text(value)
        #expect(
            try sent(to: "https://t.example/a/{click_id}/b?c={click_id}", conversion)
                == "skipped: a value would turn the path of the postback_url into 'https://t.example/a/\(value)/b', which leads elsewhere")
        #expect(try sent(to: "https://t.example/a?c={click_id}", conversion) == "https://t.example/a?c=\(value)")
        #expect(try sent(to: "https://t.example/a/c{click_id}", conversion) == "https://t.example/a/c\(value)")
    }

    @Test func `amounts have their currency's decimals or are not sent`() throws {
        var conversion = try Samples.sample(from: "rs-traffic")
        let url = "https://t.example/?c={click_id}&a={amount}"
        conversion[.currency] = .text("JPY")
        #expect(try sent(to: url, conversion) == "https://t.example/?c=abc123def456&a=50")
        conversion[.amount] = try .number(ExactDecimal(parsing: "-12.5"))
        #expect(try sent(to: url, conversion) == "https://t.example/?c=abc123def456&a=-12.5")
        conversion[.currency] = .text("KWD")
        #expect(try sent(to: url, conversion) == "https://t.example/?c=abc123def456&a=-12.500")
        conversion[.currency] = .text("USDT")
        #expect(try sent(to: url, conversion) == "https://t.example/?c=abc123def456&a=-12.5")
        let usdt = try #require(Currency(code: "USDT"))
        #expect(
            try sent(to: url, conversion, exponents: CurrencyExponents(overrides: [usdt: 6]))
                == "https://t.example/?c=abc123def456&a=-12.500000")
        conversion[.currency] = .absent
        #expect(try sent(to: url, conversion) == "https://t.example/?c=abc123def456&a=-12.5")
    }

    @Test func `every macro of the list names a field that is there`() {
        for (name, path) in PostbackURL.macros { #expect(FieldPath(name: path.description) == path, "\(name)") }
    }

    // MARK: Corrections

    private static func correction(_ update: String, status: String, refund: String? = nil, refunded: String? = nil) -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: "t", receivedAt: Samples.receivedAt)
        let values: [Field: String?] = [
            .clickID: "c-1", .type: "sale", .amount: "50", .currency: "EUR", .status: status, .update: update, .refund: refund,
            .refunded: refunded,
        ]
        for (field, text) in values { conversion[.field(field)] = text.map(Value.text) ?? .absent }
        return conversion
    }

    @Test func `a correction goes to the same address if a macro says what it is`() throws {
        let url = "https://t.example/p?c={click_id}&st={status}"
        #expect(try sent(to: url, Self.correction("status", status: "approved")) == "https://t.example/p?c=c-1&st=approved")
        #expect(
            try sent(to: url, Self.correction("refund", status: "refunded", refund: "50", refunded: "50"))
                == "https://t.example/p?c=c-1&st=refunded")
        #expect(
            try sent(to: url, Self.correction("refund", status: "approved", refund: "20", refunded: "20"))
                == "skipped: the postback_url has no {refund} or {refunded}, so the refund of EUR 20.00 was not sent; a partial_refund_url can take it"
        )
        #expect(
            try sent(to: url, Self.correction("amount", status: "approved"))
                == "skipped: the postback_url has no {update} and {amount} or {status} and {amount}, so the new amount of EUR 50.00 was not sent"
        )
        #expect(
            try sent(
                to: "https://t.example/p?c={click_id}&u={update}&back={refund}&all={refunded}",
                Self.correction("refund", status: "approved", refund: "20", refunded: "30"))
                == "https://t.example/p?c=c-1&u=refund&back=20.00&all=30.00")
    }

    @Test func `an address without such a macro is not called twice`() throws {
        let url = "https://t.example/p?c={click_id}&payout={amount}"
        #expect(
            try sent(to: url, Self.correction("status", status: "approved"))
                == "skipped: the postback_url has no {status} or {update}, so the status 'approved' was not sent")
        #expect(
            try sent(to: url, Self.correction("status", status: "chargeback"))
                == "skipped: the postback_url has no {status} or {update} or {refund} or {refunded}, so the status 'chargeback' was not sent; a refund_url can take it"
        )
    }

    @Test func `both addresses take what goes back, as a declared negative`() throws {
        var diagnostics = Diagnostics()
        let sale = try #require(PostbackURL.parse("https://t.example/p?c={click_id}&payout={amount}", at: Self.place, into: &diagnostics))
        let back = "https://t.example/p?c={click_id}&payout=-{refund}&et=refund"
        let whole = try #require(PostbackURL.parse(back, key: "refund_url", at: Self.place, into: &diagnostics))
        let part = try #require(PostbackURL.parse(back, key: "partial_refund_url", at: Self.place, into: &diagnostics))
        let url = sale.sending(.whole, to: whole).sending(.part, to: part)
        #expect(diagnostics.all == [])
        #expect(
            try url.write(Self.correction("refund", status: "approved", refund: "20", refunded: "20")).url
                == "https://t.example/p?c=c-1&payout=-20.00&et=refund")
        // What is charged back is what had not gone back before.
        #expect(
            try url.write(Self.correction("status", status: "chargeback", refunded: "20")).url
                == "https://t.example/p?c=c-1&payout=-30.00&et=refund")
        #expect(throws: Skip("the postback_url has no {status} or {update}, so the status 'approved' was not sent")) {
            try url.write(Self.correction("status", status: "approved"))
        }
        var first = Self.correction("status", status: "approved")
        first[.update] = .absent
        #expect(try url.write(first).url == "https://t.example/p?c=c-1&payout=50.00")
    }

    @Test func `a refund_url takes the whole only, and a part that has no address of its own is skipped`() throws {
        var diagnostics = Diagnostics()
        func parse(_ text: String, key: String) throws -> PostbackURL {
            try #require(PostbackURL.parse(text, key: key, at: Self.place, into: &diagnostics))
        }
        let sale = try parse("https://t.example/p?c={click_id}&payout={amount}", key: "postback_url")
        let whole = try parse("https://t.example/p?c={click_id}&status=rejected", key: "refund_url")
        let part = try parse("https://t.example/p?c={click_id}&payout={remaining}&back={refund}&all={refunded}", key: "partial_refund_url")
        let partial = Self.correction("refund", status: "approved", refund: "20", refunded: "20")
        let last = Self.correction("refund", status: "refunded", refund: "30", refunded: "50")
        let reason = "the refund_url takes whole sales back, so the refund of EUR 20.00 was not sent; a partial_refund_url can take it"
        #expect(throws: Skip(reason)) { try sale.sending(.whole, to: whole).write(partial) }
        let both = sale.sending(.whole, to: whole).sending(.part, to: part)
        #expect(try both.write(partial).url == "https://t.example/p?c=c-1&payout=30.00&back=20.00&all=20.00")
        #expect(try both.write(last).url == "https://t.example/p?c=c-1&status=rejected")
        #expect(
            throws: Skip(
                "the postback_url has no {status} or {update} or {refund} or {refunded}, so the refund of EUR 30.00 was not sent; a refund_url can take it"
            )
        ) { try sale.sending(.part, to: part).write(last) }
        // An address that says what is left takes both.
        let telling = try parse("https://t.example/p?c={click_id}&payout={remaining}", key: "postback_url")
        #expect(try telling.write(partial).url == "https://t.example/p?c=c-1&payout=30.00")
        #expect(try telling.write(last).url == "https://t.example/p?c=c-1&payout=0.00")
        #expect(try telling.write(Self.correction("status", status: "chargeback")).url == "https://t.example/p?c=c-1&payout=0.00")
        var first = Self.correction("status", status: "approved")
        first[.update] = .absent
        #expect(try telling.write(first).url == "https://t.example/p?c=c-1&payout=50.00")
        #expect(diagnostics.all == [])
    }

    @Test func `a destination's rounding holds for an address, and refunds still add up`() throws {
        var diagnostics = Diagnostics()
        let text = "https://t.example/p?c={click_id}&a={amount}&back={refund}&rest={remaining}"
        let url = try #require(PostbackURL.parse(text, at: Self.place, into: &diagnostics))
        var sale = Self.correction("status", status: "approved")
        sale[.update] = .absent
        sale[.amount] = .number(try ExactDecimal(parsing: "1.005"))
        #expect(try url.write(sale).url == "https://t.example/p?c=c-1&a=1.005&rest=1.005")
        let rounded = try url.write(sale, surplus: .round(.halfUp))
        #expect(rounded.url == "https://t.example/p?c=c-1&a=1.01&rest=1.01")
        #expect(rounded.warnings == ["amount: 1.005 EUR sent as 1.01", "remaining: 1.005 EUR sent as 1.01"])
        #expect(throws: Skip("amount '1.005' has 3 decimals but EUR has 2")) { try url.write(sale, surplus: .refuse) }
        sale[.update] = .text("refund")
        (sale[.refund], sale[.refunded]) = (.number(try ExactDecimal(parsing: "0.335")), .number(try ExactDecimal(parsing: "0.67")))
        #expect(try url.write(sale, surplus: .round(.halfUp)).url == "https://t.example/p?c=c-1&a=1.01&back=0.33&rest=0.34")
    }

    @Test func `only the amount that was rounded is said to be, also if another one is equal to it`() throws {
        var diagnostics = Diagnostics()
        let text = "https://t.example/p?c={click_id}&a={amount}&back={refund}&all={refunded}"
        let url = try #require(PostbackURL.parse(text, at: Self.place, into: &diagnostics))
        var sale = Self.correction("refund", status: "approved", refund: "0.996", refunded: "1")
        sale[.amount] = .number(try ExactDecimal(parsing: "1"))
        let request = try url.write(sale, surplus: .round(.halfUp))
        #expect(request.url == "https://t.example/p?c=c-1&a=1.00&back=1.00&all=1.00")
        #expect(request.warnings == ["refund: 0.996 EUR sent as 1.00"])
    }

    @Test func `a rest that is rounded to nothing is sent, and a refund that is too little waits for the next`() throws {
        var diagnostics = Diagnostics()
        let rest = try #require(PostbackURL.parse("https://t.example/p?c={click_id}&rest={remaining}", at: Self.place, into: &diagnostics))
        var sale = Self.correction("refund", status: "approved", refund: "10", refunded: "10")
        sale[.amount] = .number(try ExactDecimal(parsing: "10.004"))
        #expect(try rest.write(sale, surplus: .round(.halfUp)).url == "https://t.example/p?c=c-1&rest=0.00")
        let back = try #require(PostbackURL.parse("https://t.example/p?c={click_id}&back={refund}", at: Self.place, into: &diagnostics))
        (sale[.refund], sale[.refunded]) = (.number(try ExactDecimal(parsing: "0.004")), .number(try ExactDecimal(parsing: "0.004")))
        #expect(throws: Skip("refund of 0.004 EUR is too little for this tracker's unit; it is sent with what comes next")) {
            try back.write(sale, surplus: .round(.halfUp))
        }
    }

    @Test func `a mistake in a refund_url is reported with its own name`() {
        var diagnostics = Diagnostics()
        _ = PostbackURL.parse("https://t.example/p?c=1", key: "refund_url", at: Self.place, into: &diagnostics)
        let sentence = "this refund_url has no macro, so every conversion would look the same; write cid={click_id}"
        #expect(diagnostics.sorted.map(\.description) == ["gateway.yaml:3:19: error: " + sentence])
    }
}
